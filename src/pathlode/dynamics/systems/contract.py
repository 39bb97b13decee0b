"""What a simulated system must offer."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from pathlode.arrays import Array


class System(ABC):
    """A dynamical system whose trajectories are known exactly, or to high accuracy, at any time."""

    features: ClassVar[tuple[str, ...]]
    """Names of the observed quantities."""
    parameters: ClassVar[tuple[str, ...]]
    """Names of what varies between trajectories: parameters and initial state, in the order of :meth:`draw`."""
    time: ClassVar[str] = "time t"
    """What the independent variable is, for the axes of figures."""
    low: ClassVar[tuple[float, ...]] = ()
    """Lower ends of :attr:`parameters`, if they are uniform in a box."""
    high: ClassVar[tuple[float, ...]] = ()
    """Upper ends."""

    @abstractmethod
    def draw(self, n: int, rng: np.random.Generator) -> Array:
        """n sets of parameters and initial states, (n, parameter)."""

    @abstractmethod
    def solution(self, parameters: Array, times: Array) -> Array:
        """The trajectories at each one's own times: (n, parameter), (n, time) -> (n, time, feature)."""
