"""Refusals of times and values that cannot be used."""

import torch
from torch import Tensor

from pathlode.core.shapes import Mask, Starts, Static, Times, Values
from pathlode.errors import DataError


def check_times(times: Times, start: Starts | None = None, padding: bool = False, observed: bool = True) -> None:
    """Refuses times that are not finite, not strictly increasing, or before ``start``.

    Args:
        times: (batch, time), or with a leading axis.
        start: the earliest time allowed, (batch,), or with that axis.
        padding: whether a series may end with NaN, as :mod:`pathlode.core.masks` describes.
        observed: whether values belong to the times, which a remedy then names too.

    Raises:
        DataError: naming the first trajectory and position at fault.
    """
    if times.ndim < 2 or not times.numel():
        raise DataError(
            f"times have shape {tuple(times.shape)}, expected (batch, time) with at least one trajectory and at least one time"
        )
    if not times.sum().isfinite():  # a small part of the time of what follows
        bad = ~times.isfinite()
        if padding:
            bad &= ~_ends(times)
        _refuse_first(bad, "is not finite; remove it" + (", with its values" if observed else ""))
    _refuse_disorder(times, ", each with its values" if observed else "")
    if start is not None:
        _refuse_early(times, start[..., None])


def check_values(values: Values, missing: bool = False) -> None:
    """Refuses values that are not finite.

    Args:
        values: (batch, time, feature), or with a leading axis.
        missing: whether a value may be NaN.

    Raises:
        DataError: naming the first trajectory, time and feature at fault.
    """
    bad = (values.isinf() if missing else ~values.isfinite()).nonzero()
    if len(bad):
        *_, trajectory, time, feature = (int(i) for i in bad[0])
        raise DataError(
            f"values: feature {feature + 1} at time number {time + 1} of trajectory {trajectory} is "
            f"{values[tuple(bad[0])].item()}; remove or impute it"
        )


def check_observed(times: Times, values: Values) -> None:
    """Refuses values without a time, and series without any value.

    Raises:
        DataError: naming the first trajectory at fault.
    """
    present = ~values.isnan()
    _refuse_first(present.any(dim=-1) & times.isnan(), "is NaN although a value was observed there")
    empty = ~present.flatten(-2).any(dim=-1)
    if empty.any():
        raise DataError(f"values: trajectory {int(empty.nonzero()[0, -1])} has no observed value; remove it")


def check_static(static: Static, times: Times) -> None:
    """Refuses static covariates that do not fit the trajectories, or are infinite.

    Raises:
        DataError: naming the first trajectory and covariate at fault.
    """
    if static.shape[:-1] != times.shape[:-1] or static.ndim != times.ndim or not static.shape[-1]:
        raise DataError(
            f"static covariates of shape {tuple(static.shape)} do not fit times of shape {tuple(times.shape)}, expected "
            "(batch, covariate), with the leading axis of sets if times have one"
        )
    bad = static.isinf().nonzero()
    if len(bad):
        *_, trajectory, covariate = bad[0].tolist()
        raise DataError(
            f"static covariate {covariate + 1} of trajectory {trajectory} is infinite; correct or remove it"
        )


def check_gaps(mask: Mask, remedy: str) -> None:
    """Refuses values that are missing at times at which others are observed.

    Args:
        mask: where values were observed, (batch, time, feature), or with a leading axis.
        remedy: why, and what to do instead of imputing them.

    Raises:
        DataError: naming the first trajectory, time and feature at fault.
    """
    where = (~mask & mask.any(dim=-1, keepdim=True)).nonzero()
    if len(where):
        *_, trajectory, time, feature = where[0].tolist()
        raise DataError(
            f"values: feature {feature + 1} at time number {time + 1} of trajectory {trajectory} is nan, but {remedy}, or "
            "impute them"
        )


def check_inputs(times: Times, values: Values) -> None:
    """Refuses known inputs with a missing value, or at less than two times.

    Args:
        times: (batch, time), or with a leading axis; NaN pads the end of a trajectory.
        values: (batch, time, input), or with that axis.

    Raises:
        DataError: naming the first trajectory at fault.
    """
    short = (~times.isnan()).sum(dim=-1) < 2
    if short.any():
        raise DataError(f"inputs of trajectory {int(short.nonzero()[0, -1])} have one time, expected at least 2")
    bad = (~values.isfinite() & ~times.isnan()[..., None]).nonzero()
    if len(bad):
        *_, trajectory, time, number = bad[0].tolist()
        raise DataError(
            f"input {number + 1} at time number {time + 1} of trajectory {trajectory} is {values[tuple(bad[0])].item()}, but "
            "inputs must be known; leave that time out, or impute the value"
        )


def check_resolution(times: Times, start: Starts, dtype: torch.dtype) -> None:
    """Refuses times that increase, but not in a model's floating-point type, in which it counts from ``start``.

    Raises:
        DataError: naming the first trajectory and position at fault.
    """
    if torch.finfo(dtype).eps <= torch.finfo(times.dtype).eps:
        return
    elapsed = times - start[..., None]
    close = elapsed.to(dtype).diff(dim=-1) <= 0
    if close.any():
        *where, position = close.nonzero()[0].tolist()
        series = elapsed[tuple(where)]
        raise DataError(
            f"times: trajectory {where[-1]}, times number {position + 1} and {position + 2} are "
            f"{float(series[position + 1] - series[position]):.2g} apart, too close for {_name(dtype)} at "
            f"{float(series[position]):.4g} after the start; merge them, or use a model in double precision: "
            "model.double()"
        )


def _refuse_early(times: Times, start: Times) -> None:
    early = ((times < start) | start.isnan()).nonzero()
    if len(early):
        place = tuple(early[0].tolist())
        time, first = float(times[place]), float(start.expand(times.shape)[place])
        raise DataError(
            f"times: trajectory {place[-2]}, time number {place[-1] + 1} lies before the start of the integration: {time:.10g} "
            f"is earlier than {first:.10g}, the first observation; ask for later times, or set backward=True"
        )


def _ends(times: Times) -> Tensor:
    """Where a series, after at least one time, has nothing but NaN from there on."""
    ends = times.isnan().int().flip(-1).cumprod(dim=-1).flip(-1).bool()
    ends[..., 0] = False
    return ends


def _refuse_first(bad: Tensor, fault: str) -> None:
    if bad.any():
        *_, trajectory, position = (int(i) for i in bad.nonzero()[0])
        raise DataError(f"times: trajectory {trajectory}, time number {position + 1} {fault}")


def _refuse_disorder(times: Times, along: str) -> None:
    wrong = (times.diff(dim=-1) <= 0).nonzero()
    if len(wrong):
        *where, position = wrong[0].tolist()
        before, after = times[tuple(where)][position : position + 2].tolist()
        remedy = f"sort the times{along}" if after < before else "merge repeated times into one"
        if times.dtype != torch.float64:
            remedy += (
                f", or give them in double precision if they differ before they are rounded to {_name(times.dtype)}"
            )
        raise DataError(
            f"times: trajectory {where[-1]}, time number {position + 2} is not greater than the time before it: {after:.12g} "
            f"follows {before:.12g}; {remedy}"
        )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
