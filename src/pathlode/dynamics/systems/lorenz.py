"""Lorenz-63, a chaotic system on which a smooth latent path should fail."""

from typing import ClassVar

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.taylor import ORDER, integrate, product

SIGMA, RHO, BETA = 10.0, 28.0, 8.0 / 3.0


class Lorenz(System):
    """ẋ = σ(y - x), ẏ = x(ρ - z) - y, ż = xy - βz with σ = 10, ρ = 28, β = 8/3.

    A point uniform in [-10, 10]² × [15, 35] is integrated for 3 time units; the initial state is its end, which lies on the
    attractor. Errors grow e-fold in 1.1 time units. Beyond about 20 time units, no method in double precision follows the
    truth. The papers do not address this system; its ranges are our choice.

    Source: Lorenz 1963 (https://doi.org/10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2).
    """

    features: ClassVar[tuple[str, ...]] = ("x", "y", "z")
    parameters: ClassVar[tuple[str, ...]] = ("x0", "y0", "z0")

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        before = rng.uniform([-10.0, -10.0, 15.0], [10.0, 10.0, 35.0], size=(n, 3))
        return self.solution(before, np.full((n, 1), 3.0))[:, 0]

    def solution(self, parameters: Array, times: Array) -> Array:
        return integrate(_series, parameters, parameters, times)

    def velocity(self, parameters: Array, states: Array) -> Array:
        x, y, z = states.T
        return np.stack([SIGMA * (y - x), x * (RHO - z) - y, x * y - BETA * z], axis=1)


def _series(_: Array, state: Array, __: Array) -> Array:
    c = np.empty((ORDER + 1, *state.shape))
    c[0] = state
    x, y, z = c[:, 0], c[:, 1], c[:, 2]
    for k in range(ORDER):
        x[k + 1] = SIGMA * (y[k] - x[k]) / (k + 1)
        y[k + 1] = (RHO * x[k] - product(x, z, k) - y[k]) / (k + 1)
        z[k + 1] = (product(x, y, k) - BETA * z[k]) / (k + 1)
    return c
