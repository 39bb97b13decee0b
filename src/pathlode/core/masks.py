"""Which entries of incomplete series are observed.

A missing value is NaN. A series that is shorter than the others of its batch is padded at its end with NaN, in values and
times. A mask is True where a value was observed, (..., time, feature). Complete series have None in place of a mask, and take
no time for one.
"""

from typing import Any

import torch
from torch import Tensor

from pathlode.core.shapes import LatentPath, Mask, Times, Values
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import DataError


def observed(values: Values) -> Mask | None:
    """Where values are not NaN; None if that is everywhere."""
    if not values.sum().isnan():  # for complete values a third of the time of what follows
        return None
    missing = values.isnan()
    return ~missing if missing.any() else None


def masked(values: Values, mask: Any) -> Values:
    """Values with NaN where a mask, an array or a tensor of booleans of their shape, is false.

    Raises:
        DataError: if the mask has another shape, or NaN.
    """
    given = as_numbers(mask, "mask")
    mask = (given != 0).to(values.device)
    if given.isnan().any():
        raise DataError("mask has NaN, expected true where a value was observed and false elsewhere")
    if mask.shape != values.shape:
        raise DataError(
            f"a mask of shape {tuple(mask.shape)} does not fit values of shape {tuple(values.shape)}, expected the same shape"
        )
    return values.where(mask, torch.nan)


def padded(times: Times) -> Times:
    """Times in which each NaN at the end of a series is replaced by the last time before it.

    The padding then has no duration: a solver is read out once more where the series ends.
    """
    missing = times.isnan()
    return times.where(~missing, times.where(~missing, -torch.inf).amax(dim=-1, keepdim=True))


def lengths(times: Times) -> Tensor:
    """Number of times of each series without its padding, (..., batch)."""
    return (~times.isnan()).sum(dim=-1)


def fewest_and_most(mask: Mask | None, points: int) -> tuple[int, int]:
    """The smallest and the largest number of times of a series at which any value was observed.

    Args:
        mask: where values were observed; None if all were.
        points: number of times without a mask.
    """
    if mask is None:
        return points, points
    counts = mask.any(dim=-1).sum(dim=-1)
    return int(counts.min()), int(counts.max())


def held(path: LatentPath, mask: Mask) -> LatentPath:
    """The path at the times at which a value was observed. At each other time it rests where it was at the one before."""
    counted = mask.any(dim=-1)
    places = torch.arange(counted.shape[-1], device=counted.device).where(counted, 0).cummax(dim=-1).values
    return path.gather(-2, places[..., None].expand(path.shape))
