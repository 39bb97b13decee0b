"""Checks of the observations that a model reads and of the times that it predicts at."""

import torch

from pathlode.core.series import check_times, check_values
from pathlode.core.shapes import Times, Values
from pathlode.errors import DataError


def stacked(
    times: Times, values: Values, members: int, features: int, dtype: torch.dtype, check: bool
) -> tuple[Times, Values]:
    """Observations with a member axis, checked for consistency with each other and with a model.

    Args:
        times: (batch, time) or (member, batch, time).
        values: (batch, time, feature) or (member, batch, time, feature).
        members: the model's stacked members.
        features: quantities per observation that the model reads.
        dtype: the model's floating-point type.
        check: whether to validate times and values, besides their shapes and types.

    Raises:
        DataError: if shapes or types do not fit each other or the model, times are not finite and strictly
            increasing, or values are not finite.
    """
    if values.shape[:-1] != times.shape or values.shape[-1] != features or times.ndim not in (2, 3):
        raise DataError(
            f"times of shape {tuple(times.shape)} and values of shape {tuple(values.shape)} do not fit: "
            f"expected (batch, time) and (batch, time, {features}), or both with a leading axis of {members}"
        )
    if {times.dtype, values.dtype} != {dtype}:
        raise DataError(
            f"times are {times.dtype} and values {values.dtype}, but the model is {dtype}: convert one of them"
        )
    if times.ndim == 2:
        times, values = times.expand(members, *times.shape), values.expand(members, *values.shape)
    elif times.shape[0] != members:
        raise DataError(f"observations are stacked {times.shape[0]} times, but the model has {members} members")
    if check:
        check_times(times)
        check_values(values)
    return times, values


def asked(query: Times, times: Times, check: bool) -> Times:
    """Query times with a member axis, (member, batch, time), from stacked observation times.

    Args:
        query: (batch, time) or (member, batch, time).
        times: observation times, (member, batch, time).
        check: whether to validate the query times, for a model without a solver that does so.

    Raises:
        DataError: if the shapes do not fit, or query times are not finite and strictly increasing from the first
            observation on.
    """
    try:
        query = query.expand(*times.shape[:2], query.shape[-1])
    except RuntimeError:
        raise DataError(
            f"query times of shape {tuple(query.shape)} do not fit {times.shape[1]} trajectories: expected (batch, "
            "time) or (member, batch, time)"
        ) from None
    if check:
        check_times(query, times[..., 0])
    return query
