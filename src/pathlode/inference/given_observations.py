"""What users give to posteriors: observations like those of a simulator."""

from typing import Any

from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import DataError


def as_observed(x: Any, shape: tuple[int, ...] | None) -> Tensor | TimeSeries:
    """Observations, (m, ...) or m series.

    Args:
        x: what was given.
        shape: numbers of one observation; None for series.

    Raises:
        DataError: if they have other axes, there are none, or a number is not finite.
    """
    if shape is None:
        if not isinstance(x, TimeSeries):
            raise DataError(f"x is a {type(x).__name__}, expected a TimeSeries: TimeSeries(times, values)")
        return x
    axes = ", ".join(map(str, shape))
    if isinstance(x, TimeSeries):
        raise DataError(f"x is a TimeSeries, expected numbers of shape (m, {axes})")
    x = as_numbers(x, "x")
    if x.shape[1:] != shape or not x.ndim:
        raise DataError(
            f"x has shape {tuple(x.shape)}, expected (m, {axes}): one row for each of m observations, also for a single one: "
            "x[None]"
        )
    if not len(x):
        raise DataError("x has no observations, expected at least one")
    bad = (~x.isfinite().flatten(1).all(dim=1)).nonzero()
    if len(bad):
        raise DataError(
            f"observation number {int(bad[0]) + 1} has a number that is not finite: leave the observation out, or fit a "
            "posterior of series, which may have missing values"
        )
    return x


def check_size(standard: Tensor) -> None:
    """Refuses standardised observations, (m, ...), that single precision does not hold.

    Raises:
        DataError: naming the first one.
    """
    bad = standard.isinf().flatten(1).any(dim=1).nonzero()
    if len(bad):
        raise DataError(
            f"observation number {int(bad[0]) + 1} is so far from all simulations that single precision does not hold its "
            "distance: check its unit"
        )
