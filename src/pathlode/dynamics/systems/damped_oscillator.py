"""The damped oscillator of the paper's runs."""

from typing import ClassVar

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.linear_oscillator import LinearOscillator


class DampedOscillator(LinearOscillator):
    """ẍ = -x - θẋ with θ = 0.12, observed as (x, ẋ); period 6.3.

    It is the oscillator of the runs in [A]. The initial state is uniform in [1, 4]², as in the reference code.

    Source: Sampson & Melchior 2025, sec. 3 (https://arxiv.org/abs/2410.08923).
    """

    features = ("x", "v")
    parameters = ("x0", "v0")
    low: ClassVar[tuple[float, ...]] = (1.0, 1.0)
    high: ClassVar[tuple[float, ...]] = (4.0, 4.0)
    matrix = ((0.0, 1.0), (-1.0, -0.12))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.uniform(DampedOscillator.low, DampedOscillator.high, size=(n, 2))
