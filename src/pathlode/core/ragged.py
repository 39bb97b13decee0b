"""Padded arrays from series of different lengths."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from pathlode.core.convert import as_numbers, as_times
from pathlode.core.shapes import Times, Values
from pathlode.errors import DataError


def side_by_side(series: Iterable[tuple[Any, Any]]) -> tuple[Times, Values, bool]:
    """Times (batch, time) and values (batch, time, feature), padded with NaN, and whether the times were dates.

    Args:
        series: pairs of times (time,) and values (time, feature), or (time,) for one feature.

    Raises:
        DataError: naming the first trajectory at fault.
    """
    each = [_one(number, times, values) for number, (times, values) in enumerate(series)]
    if not each:
        raise DataError("there is no trajectory, expected at least one pair of times and values")
    features, dates = each[0][1].shape[-1], each[0][2]
    for number, (_, values, dated) in enumerate(each):
        if values.shape[-1] != features:
            raise DataError(f"trajectory {number} has {values.shape[-1]} features, but trajectory 0 has {features}")
        if dated != dates:
            raise DataError(
                f"trajectory {number} and trajectory 0 mix dates and numbers as times: give all as one of them"
            )
    return _pad([times for times, _, _ in each]), _pad([values for _, values, _ in each]), dates


def _one(number: int, times: Any, values: Any) -> tuple[Tensor, Tensor, bool]:
    (times, dates), values = as_times(times), as_numbers(values)
    values = values[:, None] if values.ndim == 1 else values
    if times.ndim != 1 or values.ndim != 2 or len(times) != len(values) or not len(times):
        raise DataError(
            f"trajectory {number} has times of shape {tuple(times.shape)} and values of shape {tuple(values.shape)}, expected "
            "(time,) and (time, feature) with at least one time"
        )
    return times, values, dates


def _pad(parts: list[Tensor]) -> Tensor:
    dtype = parts[0].dtype
    for part in parts:
        dtype = torch.promote_types(dtype, part.dtype)
    return pad_sequence([part.to(dtype) for part in parts], batch_first=True, padding_value=torch.nan)
