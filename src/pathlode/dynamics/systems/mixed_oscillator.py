"""A damped oscillator of known form that drives two hidden variables, seen through a mixture of all."""

from typing import ClassVar

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.taylor import ORDER, integrate, product

STIFFNESS, DAMPING = 1.5, 0.15
MIXTURE = np.array(
    [
        [0.0, -0.2, -1.7, 0.0],
        [0.0, -0.4, 1.1, 0.0],
        [0.0, -0.8, 0.7, 0.0],
        [-0.9, 0.0, 0.0, 0.4],
        [0.0, 0.0, -1.6, 1.0],
        [-0.4, -1.1, 0.0, 0.0],
        [0.0, 0.0, -1.1, 0.4],
        [-0.5, 1.0, 0.0, 0.0],
    ]
)
"""The map from state to features, (feature, state). Two entries of each row are not 0; they were drawn once from N(0, 1) and
rounded, again until the features' standard deviations differed by less than a factor of 2."""


class MixedOscillator(System):
    """q̇ = v, v̇ = -k q - θ v, and two variables that it drives: ȧ = q - a³ and ḃ = 2 q a - b; x = M (q, v, a, b).

    k = 1.5 and θ = 0.15, so the period is 5.1. The oscillator does not depend on a and b, which stand for what an expert does
    not know: a hybrid model knows the form of the first two equations, and has to learn k, θ and all else. Where the
    oscillator rests, a falls with the root of the time, so no finite linear system has these solutions. M is :data:`MIXTURE`.
    Initial states are uniform in [-1.5, 1.5] for q and v, and in [-1, 1] for a and b.

    Source: Qian et al. 2021 (https://arxiv.org/abs/2106.02875), for the shape of the experiment: expert and hidden variables,
    observed through a sparse random mixture. The equations are our choice.
    """

    features: ClassVar[tuple[str, ...]] = tuple(f"x{number + 1}" for number in range(len(MIXTURE)))
    parameters: ClassVar[tuple[str, ...]] = ("q0", "v0", "a0", "b0")
    low: ClassVar[tuple[float, ...]] = (-1.5, -1.5, -1.0, -1.0)
    high: ClassVar[tuple[float, ...]] = (1.5, 1.5, 1.0, 1.0)

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.uniform(self.low, self.high, size=(n, 4))

    def solution(self, parameters: Array, times: Array) -> Array:
        states: Array = integrate(_series, parameters, parameters, times)
        return states @ MIXTURE.T


def _series(_: Array, state: Array, __: Array) -> Array:
    c = np.empty((ORDER + 1, *state.shape))
    c[0] = state
    q, v, a, b = c[:, 0], c[:, 1], c[:, 2], c[:, 3]
    square = np.empty_like(a)  # of a
    for k in range(ORDER):
        q[k + 1] = v[k] / (k + 1)
        v[k + 1] = -(STIFFNESS * q[k] + DAMPING * v[k]) / (k + 1)
        square[k] = product(a, a, k)
        a[k + 1] = (q[k] - product(square, a, k)) / (k + 1)
        b[k + 1] = (2 * product(q, a, k) - b[k]) / (k + 1)
    return c
