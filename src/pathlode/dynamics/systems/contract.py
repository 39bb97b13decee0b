"""The interface of simulated systems."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array


class System(ABC):
    """A dynamical system whose trajectories are known exactly, or to high accuracy, at any time."""

    features: ClassVar[tuple[str, ...]]
    """Names of the observed quantities."""
    parameters: ClassVar[tuple[str, ...]]
    """Names of the parameters and initial states that vary between trajectories, in the order of :meth:`draw`."""
    time: ClassVar[str] = "time t"
    """Name of the independent variable, for the axes of figures."""
    low: ClassVar[tuple[float, ...]] = ()
    """Lower bounds of :attr:`parameters`, if they are uniform in a box."""
    high: ClassVar[tuple[float, ...]] = ()
    """Upper ends."""

    @abstractmethod
    def draw(self, n: int, rng: np.random.Generator) -> Array:
        """n sets of parameters and initial states, (n, parameter)."""

    @abstractmethod
    def solution(self, parameters: Array, times: Array) -> Array:
        """The trajectories, each at its own times: (n, parameter), (n, time) -> (n, time, feature)."""

    def counted(self, values: Array) -> NDArray[np.bool_]:
        """Where trajectories count in scores, from their values: (n, time, feature) -> (n, time). It is everywhere, unless a
        system's trajectories end.
        """
        return np.ones(values.shape[:-1], dtype=np.bool_)
