"""What figures show of a simulated data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, axes

if TYPE_CHECKING:
    from pathlode.dynamics.data import SimulatedData  # only for types: figures are drawn without PyTorch


@dataclass(frozen=True)
class ShownData(ArrayFile):
    """The first test trajectories of one data set, and the parameters of all its test trajectories.

    Attributes:
        features: names of the features.
        parameters: names of the parameters.
        time: name of the time, with its unit.
        window: mean time from the first to the last observation, over all test trajectories.
        observed_times: times of the noisy observations.
        observed_values: their values.
        inside_times: regular times from the first to the last observation.
        inside_values: the truth at these.
        beyond_times: regular times from the last observation on.
        beyond_values: the truth at these.
        varied: parameters of all test trajectories.
    """

    features: Sequence[str]
    parameters: Sequence[str]
    time: str
    window: float
    observed_times: NDArray[np.float64] = axes("example", "point")
    observed_values: NDArray[np.float64] = axes("example", "point", "feature")
    inside_times: NDArray[np.float64] = axes("example", "inside")
    inside_values: NDArray[np.float64] = axes("example", "inside", "feature")
    beyond_times: NDArray[np.float64] = axes("example", "beyond")
    beyond_values: NDArray[np.float64] = axes("example", "beyond", "feature")
    varied: NDArray[np.float64] = axes("test", "parameter")

    @classmethod
    def of(cls, data: SimulatedData, examples: int) -> ShownData:
        """The first ``examples`` test trajectories of a data set of one replicate."""
        arrays = data["test"].arrays()
        times = arrays["inside_times"]
        series = [f"{part}_{what}" for part in ("observed", "inside", "beyond") for what in ("times", "values")]
        return cls(
            data.features,
            data.parameters,
            data.time,
            window=float((times[:, -1] - times[:, 0]).mean()),
            varied=arrays["parameters"],
            **{name: arrays[name][:examples] for name in series},
        )

    def truth(self, example: int) -> tuple[Array, Array]:
        """Times and noise-free values of one trajectory, in the observed window and beyond it."""
        times = np.concatenate([self.inside_times[example], self.beyond_times[example]])
        return times, np.concatenate([self.inside_values[example], self.beyond_values[example]])

    def end(self, example: int) -> float:
        """Time of the last observation."""
        return float(self.inside_times[example, -1])

    @property
    def liveliest(self) -> int:
        """Index of the trajectory that varies most beyond the observed window."""
        return int(self.beyond_values.var(axis=1).sum(axis=-1).argmax())
