"""The interface of simulated systems."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.errors import ConfigError


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

    def velocity(self, parameters: Array, states: Array) -> Array:
        """Rates of change of the observed quantities: (n, parameter), (n, feature) -> (n, feature).

        Raises:
            ConfigError: if they do not follow from the observed quantities alone.
        """
        raise ConfigError(
            f"the observed quantities of {type(self).__name__} obey no equations of their own: choose a system whose whole "
            "state is observed, such as lorenz"
        )

    def adjacency(self) -> NDArray[np.bool_]:
        """Whether quantity j is in the equation of quantity i, (i, j): the graph of :meth:`velocity`.

        Raises:
            ConfigError: as :meth:`velocity`.
        """
        features = len(self.features)
        parameters, states = (np.repeat(_anywhere(size), features, axis=0) for size in (len(self.parameters), features))
        moved = self.velocity(parameters, states + 0.1 * np.eye(features)) - self.velocity(parameters, states)
        return np.abs(moved.T) > 1e-9

    def counted(self, values: Array) -> NDArray[np.bool_]:
        """Where trajectories count in scores, from their values: (n, time, feature) -> (n, time). It is everywhere, unless a
        system's trajectories end.
        """
        return np.ones(values.shape[:-1], dtype=np.bool_)


def _anywhere(size: int) -> Array:
    """A point at which no equation is degenerate, (1, size)."""
    return 1 / np.sqrt(np.arange(2.0, size + 2))[None]
