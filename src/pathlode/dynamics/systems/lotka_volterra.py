"""Lotka-Volterra: prey x and predators y."""

from typing import ClassVar

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.taylor import ORDER, integrate, product


class LotkaVolterra(System):
    """ẋ = αx - βxy, ẏ = -γy + δxy, with α, β, γ uniform in [0.5, 1.5] and δ in [1.5, 2.5].

    Every orbit is closed. Both initial populations are uniform in [1, 3]. This is our choice; the papers say only that they
    vary.

    Source: Sampson & Melchior 2025, sec. 3 and reference code (https://arxiv.org/abs/2410.08923).
    """

    features: ClassVar[tuple[str, ...]] = ("x", "y")
    parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta", "x0", "y0")
    low: ClassVar[tuple[float, ...]] = (0.5, 0.5, 0.5, 1.5, 1.0, 1.0)
    high: ClassVar[tuple[float, ...]] = (1.5, 1.5, 1.5, 2.5, 3.0, 3.0)

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.uniform(LotkaVolterra.low, LotkaVolterra.high, size=(n, 6))

    def solution(self, parameters: Array, times: Array) -> Array:
        return integrate(_series, parameters[:, 4:], parameters[:, :4], times)

    def velocity(self, parameters: Array, states: Array) -> Array:
        (alpha, beta, gamma, delta), (x, y) = parameters[:, :4].T, states.T
        return np.stack([alpha * x - beta * x * y, delta * x * y - gamma * y], axis=1)


def _series(_: Array, state: Array, parameters: Array) -> Array:
    alpha, beta, gamma, delta = parameters
    c = np.empty((ORDER + 1, *state.shape))
    c[0] = state
    x, y = c[:, 0], c[:, 1]
    for k in range(ORDER):
        eaten = product(x, y, k)
        x[k + 1] = (alpha * x[k] - beta * eaten) / (k + 1)
        y[k + 1] = (delta * eaten - gamma * y[k]) / (k + 1)
    return c
