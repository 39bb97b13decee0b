"""The oscillator of the published demo."""

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.linear_oscillator import LinearOscillator


class CoupledOscillator(LinearOscillator):
    """dx/dt = A x with A = [[-0.1, 1.3], [-1, -0.1]] and x(0) ~ N(0, I); period 5.5.

    It is the published demo of [A].

    Source: Sampson & Melchior 2025, reference code (https://arxiv.org/abs/2410.08923), after the latent-ODE example of diffrax
    (Kidger 2022).
    """

    matrix = ((-0.1, 1.3), (-1.0, -0.1))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.standard_normal((n, 2))
