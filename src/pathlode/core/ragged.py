"""Padded arrays from series of different lengths."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from pathlode.core.shapes import Static, Times, Values
from pathlode.core.tables.convert import as_numbers, as_times, with_time_zone
from pathlode.errors import DataError


@dataclass(frozen=True)
class SideBySide:
    """Trajectories of any lengths in common arrays.

    Attributes:
        times: (batch, time), padded with NaN.
        values: (batch, time, feature), padded with NaN.
        dates: whether the times were dates.
        static: what does not change in time, (batch, covariate); None if none was given.
        zone: whether the dates had a time zone; None for numbers.
        inputs: each trajectory's known inputs, as they were given; None if none were.
    """

    times: Times
    values: Values
    dates: bool
    static: Static | None
    zone: bool | None = None
    inputs: Any = None


def side_by_side(series: Iterable[Sequence[Any]]) -> SideBySide:
    """Padded arrays of trajectories.

    Args:
        series: pairs of times (time,) and values (time, feature), or (time,) for one feature; with static covariates
            (covariate,) or None as a third entry, and known inputs as a fourth.

    Raises:
        DataError: naming the first trajectory at fault.
    """
    if not hasattr(series, "__iter__") and not hasattr(series, "__getitem__"):
        raise DataError(f"the series are a {type(series).__name__}, expected a list of pairs of times and values")
    each = [_one(number, parts) for number, parts in enumerate(series)]
    if not each:
        raise DataError("there is no trajectory, expected at least one pair of times and values")
    first = each[0]
    for number, one in enumerate(each):
        if one.values.shape[-1] != first.values.shape[-1]:
            raise DataError(
                f"trajectory {number} has {one.values.shape[-1]} features, but trajectory 0 has {first.values.shape[-1]}"
            )
        if one.dates != first.dates:
            raise DataError(
                f"trajectory {number} and trajectory 0 mix dates and numbers as times: give all as one of them"
            )
        if one.zone != first.zone:
            raise DataError(
                f"trajectory {number} and trajectory 0 mix dates with and without a time zone: give all in one zone"
            )
        if _covariates(one) != _covariates(first):
            raise DataError(
                f"trajectory {number} has {_covariates(one)} static covariates, but trajectory 0 has {_covariates(first)}"
            )
        if (one.inputs is None) != (first.inputs is None):
            raise DataError(
                f"of trajectory {number} and trajectory 0 one has inputs and the other has none; give all or none"
            )
    static = [one.static for one in each if one.static is not None]
    return SideBySide(
        _pad([one.times for one in each]),
        _pad([one.values for one in each]),
        first.dates,
        _pad(static) if static else None,
        inputs=None if first.inputs is None else [one.inputs for one in each],
    )


def _one(number: int, parts: Any) -> SideBySide:
    """One trajectory: times (time,), values (time, feature) and static covariates (covariate,)."""
    entries = len(parts) if hasattr(parts, "__len__") else 0
    if entries not in (2, 3, 4) or (entries > 2 and not isinstance(parts, (list, tuple))) or _single(parts[0]):
        raise DataError(
            f"trajectory {number} is no pair of times and values: give a list of pairs, [(times, values), ...], also for a "
            "single trajectory"
        )
    given, values, static, inputs = (*parts, None, None)[:4]
    try:
        (times, dates), values = as_times(given), as_numbers(values)
    except DataError as error:
        raise DataError(f"trajectory {number}: {error}") from None
    values = values[:, None] if values.ndim == 1 else values
    if times.ndim != 1 or values.ndim != 2 or len(times) != len(values) or not len(times):
        raise DataError(
            f"trajectory {number} has times of shape {tuple(times.shape)} and values of shape {tuple(values.shape)}, expected "
            "(time,) and (time, feature) with at least one time"
        )
    if static is not None:
        static = as_numbers(static, "static covariates")
        if static.ndim != 1:
            raise DataError(
                f"trajectory {number} has static covariates of shape {tuple(static.shape)}, expected (covariate,)"
            )
    return SideBySide(times, values, dates, static, with_time_zone(given) if dates else None, inputs)


def _single(entry: Any) -> bool:
    """Whether an entry is one number instead of the times of a trajectory."""
    return isinstance(entry, (int, float)) or getattr(entry, "ndim", 1) == 0


def _covariates(one: SideBySide) -> int:
    return 0 if one.static is None else len(one.static)


def _pad(parts: list[Tensor]) -> Tensor:
    dtype = parts[0].dtype
    for part in parts:
        dtype = torch.promote_types(dtype, part.dtype)
    return pad_sequence([part.to(dtype) for part in parts], batch_first=True, padding_value=torch.nan)
