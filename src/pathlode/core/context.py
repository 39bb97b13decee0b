"""What is known of trajectories besides their observations."""

from dataclasses import dataclass
from typing import Any

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
        parts = self.static, self.input_times, self.inputs
        return Context(*(None if part is None else part[where] for part in parts))

    def of_trajectories(self, some: slice) -> "Context":
        """That of some trajectories."""
        static, times, inputs = self.static, self.input_times, self.inputs
        return Context(
            None if static is None else static[..., some, :],
            None if times is None else times[..., some, :],
            None if inputs is None else inputs[..., some, :, :],
        )


def as_argument(context: Context | None) -> dict[str, Any]:
    """The keyword argument ``context`` of a model's call; none without a context, for models that take none."""
    return {} if context is None else {"context": context}
