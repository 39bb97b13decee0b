"""The exact solution that damped harmonic oscillators share."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System


class LinearOscillator(System):
    """dx/dt = A x in two dimensions, with complex eigenvalues μ ± iω: x(t) = e^{μt} (cos ωt I + sin ωt / ω (A - μI)) x(0)."""

    features: ClassVar[tuple[str, ...]] = ("x", "y")
    parameters: ClassVar[tuple[str, ...]] = ("x0", "y0")
    matrix: ClassVar[tuple[tuple[float, float], tuple[float, float]]]

    @abstractmethod
    def draw(self, n: int, rng: np.random.Generator) -> Array: ...

    def solution(self, parameters: Array, times: Array) -> Array:
        matrix = np.array(self.matrix)
        decay = np.trace(matrix) / 2
        rotation = matrix - decay * np.eye(2)
        frequency = np.sqrt(np.linalg.det(rotation))
        phase = frequency * times[..., None]
        turned = np.cos(phase) * parameters[:, None] + np.sin(phase) / frequency * (parameters @ rotation.T)[:, None]
        return np.exp(decay * times[..., None]) * turned

    def velocity(self, parameters: Array, states: Array) -> Array:
        return states @ np.array(self.matrix).T
