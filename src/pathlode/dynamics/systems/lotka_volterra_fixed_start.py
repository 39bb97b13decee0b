"""Lotka-Volterra from one initial state."""

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.lotka_volterra import LotkaVolterra


class LotkaVolterraFixedStart(LotkaVolterra):
    """ẋ = αx - βxy, ẏ = -γy + δxy from (3, 3), as in most runs of the reference code: only the four rates vary.

    Source: Sampson & Melchior 2025, reference code (https://arxiv.org/abs/2410.08923).
    """

    parameters = ("alpha", "beta", "gamma", "delta")
    low, high = LotkaVolterra.low[:4], LotkaVolterra.high[:4]

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return super().draw(n, rng)[:, :4]

    def solution(self, parameters: Array, times: Array) -> Array:
        return super().solution(np.hstack([parameters, np.full((len(parameters), 2), 3.0)]), times)
