"""Series and times to predict at, as users give them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from pathlode.core.convert import as_times
from pathlode.core.input_columns import given_at
from pathlode.core.layout import default_layout
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Mask, Times
from pathlode.errors import DataError


def as_series(given: Any) -> TimeSeries:
    """Series, or a list of pairs of times and values, as series.

    Raises:
        DataError: if it is something else.
    """
    if hasattr(given, "columns"):
        raise DataError("the series are a table: read it with TimeSeries.from_frame(table, series=..., time=...)")
    series = given if isinstance(given, TimeSeries) else TimeSeries.of(given)
    series.refuse_sets()
    return series


def input_columns(series: TimeSeries) -> tuple[str, ...] | None:
    """Names of the columns of a series' known inputs; None if there are none, or they came from no table."""
    return None if series.inputs is None or series.inputs.layout is None else series.inputs.layout.values


def query_times(given: Any, series: TimeSeries) -> Times:
    """Times to predict at, (batch, time), padded with NaN, and as precise as given.

    Args:
        given: times (time,) for all series; or (batch, time), or a list of times, one for each series; or other series.
        series: whose continuation is asked for.

    Raises:
        DataError: if they do not fit the series, or only one of the two has dates.
    """
    times, dates = (given.times, given.dates) if isinstance(given, TimeSeries) else _times(given)
    if dates != series.dates:
        kinds = ("dates", "numbers") if dates else ("numbers", "dates")
        raise DataError(
            f"the times to predict at are {kinds[0]}, but those of {series.name} are {kinds[1]}: give {kinds[1]}"
        )
    if times.ndim == 1:
        times = times.expand(len(series), -1)
    if times.ndim != 2 or len(times) != len(series) or not times.shape[1]:
        raise DataError(
            f"times to predict at have shape {tuple(times.shape)}, expected (time,) for all series or ({len(series)}, time), "
            "one row for each"
        )
    return times


def observed_at(query: Times, series: TimeSeries) -> Mask:
    """Where a series has an observation of the feature at the very time that is asked for, (batch, query time, feature).

    Args:
        query: (batch, query time), padded with NaN.
        series: increasing times, padded with NaN.
    """
    return ~given_at(series.times, series.values, query).isnan()


@contextmanager
def naming(series: TimeSeries, first: int = 0) -> Iterator[None]:
    """Names the series by its label in errors about a trajectory.

    Args:
        series: all series.
        first: the trajectory that errors call number 0.

    Raises:
        DataError: as raised within, with the names.
    """
    layout = series.layout or default_layout(series.features, 0)
    try:
        yield
    except DataError as error:
        raise DataError(f"{series.name}: {layout.naming(str(error), first)}") from None


def _times(given: Any) -> tuple[Tensor, bool]:
    if not isinstance(given, (list, tuple)) or not len(given) or not all(np.ndim(each) == 1 for each in given):
        return as_times(given)
    found = [as_times(each) for each in given]
    if len({dates for _, dates in found}) > 1:
        raise DataError("the times to predict at mix dates and numbers: give all as one of them")
    return pad_sequence([times for times, _ in found], batch_first=True, padding_value=torch.nan), found[0][1]
