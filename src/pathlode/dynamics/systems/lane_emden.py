"""Lane-Emden: the density of a self-gravitating polytropic fluid."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.taylor import ORDER, integrate

SURFACE = 1e-10
"""θ below which a point lies outside the fluid."""


class LaneEmden(System):
    """θ'' + (2/ξ) θ' + θⁿ = 0 with θ(0) = 1, θ'(0) = 0; "time" is the radius ξ.

    n is uniform in [1.5, 5): from convective stars and white dwarfs, n = 1.5, to the index at which the surface is at infinity.
    The first zero of θ is the surface, at ξ = 2.4494 (n = 0), 3.1416 (1), 3.6538 (1.5), 4.3529 (2), 6.8968 (3), 14.97 (4).
    Outside it θ = 0, and there is nothing to predict: only the inside of the fluid, θ > 0, counts in scores. At the centre,
    ξ = 0, the equation's own power series is used.

    The equation is in chapter 4 of Chandrasekhar 1939, An introduction to the study of stellar structure. The ranges are our
    choice.

    Source: Sampson & Melchior 2025 (https://arxiv.org/abs/2410.08923), who name the system.
    """

    features: ClassVar[tuple[str, ...]] = ("theta",)
    parameters: ClassVar[tuple[str, ...]] = ("n",)
    time: ClassVar[str] = "radius ξ"
    low: ClassVar[tuple[float, ...]] = (1.5,)
    high: ClassVar[tuple[float, ...]] = (5.0,)

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.uniform(self.low, self.high, size=(n, 1))

    def solution(self, parameters: Array, times: Array) -> Array:
        centre = np.tile([1.0, 0.0], (len(parameters), 1))
        return np.maximum(integrate(_series, centre, parameters, times)[..., :1], 0.0)

    def counted(self, values: Array) -> NDArray[np.bool_]:
        return values[..., 0] > 0


def _series(radius: Array, state: Array, parameters: Array) -> Array:
    """Coefficients of θ and θ' in s = ξ - ξ₀, from ξ₀ θ'' + s θ'' + 2 θ' = -(ξ₀ + s) θⁿ."""
    (index,) = parameters
    inside = state[0] > SURFACE
    theta = np.zeros((ORDER + 2, len(index)))
    theta[0] = np.where(inside, state[0], 1.0)  # the 1 keeps the arithmetic finite outside, where it is discarded
    theta[1] = state[1]
    power = np.zeros_like(theta)  # of θⁿ, from θ (θⁿ)' = n θⁿ θ'
    power[0] = theta[0] ** index
    at_centre = radius == 0
    divisor = np.where(at_centre, 1.0, radius)
    for k in range(ORDER):
        inner = power[k - 1] if k else 0.0
        away = -(radius * power[k] + inner + (k + 1) * (k + 2) * theta[k + 1]) / (divisor * (k + 1) * (k + 2))
        centre = -power[k] / ((k + 2) * (k + 3))
        theta[k + 2] = np.where(at_centre, centre, away)
        j = np.arange(1, k + 2)[:, None]
        terms = (index * j - (k + 1 - j)) * theta[1 : k + 2] * power[k::-1]
        power[k + 1] = terms.sum(axis=0) / ((k + 1) * theta[0])
    slope = theta[1:] * np.arange(1, ORDER + 2)[:, None]
    return np.stack([theta[:-1], slope], axis=1) * inside
