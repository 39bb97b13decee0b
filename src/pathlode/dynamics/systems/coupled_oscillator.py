"""The oscillator of the published demo."""

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.linear_oscillator import LinearOscillator


class CoupledOscillator(LinearOscillator):
    """The published demo of [A]: A = [[-0.1, 1.3], [-1, -0.1]], x(0) ~ N(0, I); period 5.5.

    Source: Sampson & Melchior 2025, reference code, after the latent-ODE example of diffrax (Kidger 2022).
    """

    matrix = ((-0.1, 1.3), (-1.0, -0.1))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.standard_normal((n, 2))
