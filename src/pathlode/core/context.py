"""What is known of trajectories besides their observations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from pathlode.core.shapes import Static, Times, Values


@dataclass(frozen=True)
class Context:
    """What is known of the trajectories of a batch besides their observations, for models that were made to read it.

    Attributes:
        static: what does not change in time, (batch, covariate) or (member, batch, covariate): a tensor, an array or lists.
        input_times: times at which known inputs are given, (batch, time) or (member, batch, time), in the observations' unit of
            time: numbers or dates. NaN pads the end of a trajectory.
        inputs: their values u, (batch, time, input) or (member, batch, time, input).
    """

    static: Static | None = None
    input_times: Times | None = None
    inputs: Values | None = None

    def at(self, where: Any) -> "Context":
        """That of some sets or trajectories, chosen by an index of the first axes."""
        return self._map(lambda part, axes: part[where])

    def of_trajectories(self, some: slice) -> "Context":
        """That of some trajectories."""
        return self._map(lambda part, axes: part.movedim(-1 - len(axes), 0)[some].movedim(0, -1 - len(axes)))

    def _map(self, change: Callable[[Tensor, tuple[slice, ...]], Tensor]) -> "Context":
        """Each part changed; the function is given the part, and a slice of all for each axis after the batch."""
        every = slice(None)
        parts = {"static": (every,), "input_times": (every,), "inputs": (every, every)}
        given = {name: (getattr(self, name), axes) for name, axes in parts.items()}
        return Context(**{name: None if part is None else change(part, axes) for name, (part, axes) in given.items()})
