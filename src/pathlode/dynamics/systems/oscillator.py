"""Damped harmonic oscillators with their exact solutions."""

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


class CoupledOscillator(LinearOscillator):
    """The published demo of [A]: A = [[-0.1, 1.3], [-1, -0.1]], x(0) ~ N(0, I); period 5.5.

    Source: Sampson & Melchior 2025, reference code, after the latent-ODE example of diffrax (Kidger 2022).
    """

    matrix = ((-0.1, 1.3), (-1.0, -0.1))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.standard_normal((n, 2))


class DampedOscillator(LinearOscillator):
    """The oscillator of the runs in [A]: ẍ = -x - θẋ with θ = 0.12, observed as (x, ẋ); period 6.3.

    The initial state is uniform in [1, 4]², as in the reference code. Source: Sampson & Melchior 2025, sec. 3.
    """

    features = ("x", "v")
    parameters = ("x0", "v0")
    matrix = ((0.0, 1.0), (-1.0, -0.12))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.uniform(1.0, 4.0, size=(n, 2))
