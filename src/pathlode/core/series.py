"""Irregular time series, validated once when they are made."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pathlode.core.shapes import Starts, Times, Values
from pathlode.errors import DataError


@dataclass(frozen=True)
class TimeSeries:
    """Trajectories with equally many observations, each at its own times.

    Several sets of equally many trajectories can share a leading axis, one set for each member of a stack of models.

    Args:
        times: (batch, time) or (set, batch, time), strictly increasing along time, in the data's unit.
        values: (batch, time, feature) or (set, batch, time, feature).
        name: the data's name in messages, for example the file they came from.

    Raises:
        DataError: if shapes do not fit, a number is not finite, or times do not increase.
    """

    times: Times
    values: Values
    name: str = "time series"

    def __post_init__(self) -> None:
        if self.times.ndim not in (2, 3) or self.times.shape != self.values.shape[:-1]:
            raise DataError(
                f"{self.name}: times of shape {tuple(self.times.shape)} and values of shape {tuple(self.values.shape)} do "
                "not fit, expected (batch, time) and (batch, time, feature), or both with a leading axis of sets"
            )
        try:
            check_times(self.times)
            check_values(self.values)
        except DataError as error:
            raise DataError(f"{self.name}: {error}") from None

    def __len__(self) -> int:
        """Number of trajectories (of each set)."""
        return self.times.shape[-2]

    @property
    def sets(self) -> int | None:
        """Number of sets; None without that axis."""
        return len(self.times) if self.times.ndim == 3 else None

    def to(self, dtype: torch.dtype, device: str = "cpu") -> "TimeSeries":
        """The same series in another floating-point type, or on another device.

        Raises:
            DataError: if two times coincide in that type.
        """
        return TimeSeries(self.times.to(device, dtype), self.values.to(device, dtype), self.name)


@dataclass(frozen=True)
class Observed:
    """The data that a stack of models is trained on.

    Attributes:
        training: observations to fit.
        validation: observations that choose the best weights.
        owners: if the series hold several sets, the index of each member's set; by default one set a member, in order.
    """

    training: TimeSeries
    validation: TimeSeries
    owners: Sequence[int] | None = None


def check_times(times: Times, start: Starts | None = None) -> None:
    """Refuses times that are not finite, not strictly increasing, or before ``start``.

    Raises:
        DataError: naming the first trajectory and position at fault.
    """
    if times.ndim < 2 or times.shape[-1] < 1:
        raise DataError(f"times have shape {tuple(times.shape)}, expected (batch, time) with at least one time")
    for fault, bad in (
        ("is not finite", ~times.isfinite()),
        ("is not greater than the time before it; sort the times and merge repeated ones", times.diff(dim=-1) <= 0),
        (
            "lies before the start of the integration",
            ~(times[..., :1] >= (times[..., :1] if start is None else start[..., None])),
        ),
    ):
        if bad.any():
            *_, trajectory, position = (int(i) for i in bad.nonzero()[0])
            position += "greater" in fault
            raise DataError(f"times: trajectory {trajectory}, time number {position + 1} {fault}")


def check_values(values: Values) -> None:
    """Refuses values that are not finite.

    Raises:
        DataError: naming the first trajectory, time and feature at fault.
    """
    bad = (~values.isfinite()).nonzero()
    if len(bad):
        *_, trajectory, time, feature = (int(i) for i in bad[0])
        raise DataError(
            f"values: feature {feature + 1} at time number {time + 1} of trajectory {trajectory} is "
            f"{values[tuple(bad[0])].item()}; remove or impute it"
        )
