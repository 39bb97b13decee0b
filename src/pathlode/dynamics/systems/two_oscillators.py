"""Two independent oscillators side by side."""

from typing import ClassVar

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.taylor import ORDER, integrate, product

_STIFFNESS, _DAMPING = 2.0, 0.1


class TwoOscillators(System):
    """ẋ = v, v̇ = -k x - θ v, and beside it ẏ = y - y z, ż = y z - z, with k = 2 and θ = 0.1.

    A damped oscillator of period 4.4 and a cycle of prey y and predators z of period 6.3 or a little more, which do not act on
    each other. All four are observed, and only their initial states vary: x and v uniform in [-2, 2], y and z in [0.5, 1.5].
    So a model that finds the dynamics finds four edges among the twelve pairs of different quantities.

    Source: ours.
    """

    features: ClassVar[tuple[str, ...]] = ("x", "v", "y", "z")
    parameters: ClassVar[tuple[str, ...]] = ("x0", "v0", "y0", "z0")
    low: ClassVar[tuple[float, ...]] = (-2.0, -2.0, 0.5, 0.5)
    high: ClassVar[tuple[float, ...]] = (2.0, 2.0, 1.5, 1.5)

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.uniform(self.low, self.high, size=(n, 4))

    def solution(self, parameters: Array, times: Array) -> Array:
        return integrate(_series, parameters, parameters, times)

    def velocity(self, parameters: Array, states: Array) -> Array:
        x, v, y, z = states.T
        return np.stack([v, -_STIFFNESS * x - _DAMPING * v, y - y * z, y * z - z], axis=1)


def _series(_: Array, state: Array, __: Array) -> Array:
    c = np.empty((ORDER + 1, *state.shape))
    c[0] = state
    x, v, y, z = c[:, 0], c[:, 1], c[:, 2], c[:, 3]
    for k in range(ORDER):
        eaten = product(y, z, k)
        x[k + 1] = v[k] / (k + 1)
        v[k + 1] = -(_STIFFNESS * x[k] + _DAMPING * v[k]) / (k + 1)
        y[k + 1] = (y[k] - eaten) / (k + 1)
        z[k + 1] = (eaten - z[k]) / (k + 1)
    return c
