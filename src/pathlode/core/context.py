"""What is known of trajectories besides their observations."""

from dataclasses import dataclass
from typing import Any

from pathlode.core.shapes import Static


@dataclass(frozen=True)
class Context:
    """What is known of the trajectories of a batch besides their observations, for models that were made to read it.

    Attributes:
        static: what does not change in time, (batch, covariate) or (member, batch, covariate): a tensor, an array or lists.
    """

    static: Static | None = None

    def at(self, where: Any) -> "Context":
        """That of some sets or trajectories, chosen by an index of the first axes."""
        return Context(None if self.static is None else self.static[where])

    def of_trajectories(self, some: slice) -> "Context":
        """That of some trajectories."""
        return Context(None if self.static is None else self.static[..., some, :])
