"""Series and times to predict at, as users give them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times, Values
from pathlode.core.tables.convert import as_times, with_time_zone
from pathlode.core.tables.input_columns import given_at
from pathlode.core.tables.layout import default_layout
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


SECONDS = r"(?<![\w.])-?[0-9]{7,}([.][0-9]+)?(?![\w.])"
"""Numbers in messages that are seconds since 1970: those that are longer than other numbers there are."""

IN_DOUBLE = ", or use a model in double precision: model.double()"
"""A remedy in messages that forecasters do not offer: they compute in single precision."""


def as_series(given: Any) -> TimeSeries:
    """Series, or a list of pairs of times and values, as series; what they were computed from gets no gradients.

    Raises:
        DataError: if it is something else.
    """
    if hasattr(given, "columns"):
        raise DataError("the series are a table: read it with TimeSeries.from_frame(table, series=..., time=...)")
    series = given if isinstance(given, TimeSeries) else TimeSeries.of(given)
    series.refuse_sets()
    if not (series.times.requires_grad or series.values.requires_grad):
        return series
    return replace(series, times=series.times.detach(), values=series.values.detach(), mask=None)


def input_columns(series: TimeSeries) -> tuple[str, ...] | None:
    """Names of the columns of a series' known inputs; None if there are none, or they came from no table."""
    return None if series.inputs is None or series.inputs.layout is None else series.inputs.layout.values


def query_times(given: Any, series: TimeSeries) -> Times:
    """Times to predict at, (batch, time), padded with NaN, and as precise as given.

    Args:
        given: times (time,) for all series; or (batch, time), or a list of times, one for each series; or other series, in any
            order if both have labels.
        series: whose continuation is asked for.

    Raises:
        DataError: if they do not fit the series, or only one of the two has dates.
    """
    if hasattr(given, "columns"):
        raise DataError(
            "the times to predict at are a table: give its column of times, or read it with TimeSeries.from_frame"
        )
    if not isinstance(given, (TimeSeries, list, tuple)) and np.ndim(given) == 0:
        raise DataError(f"the times to predict at are {given!r}, expected a list or an array of times")
    times, dates = (_in_order(given, series), given.dates) if isinstance(given, TimeSeries) else _times(given)
    if dates != series.dates:
        kinds = ("dates", "numbers") if dates else ("numbers", "dates")
        raise DataError(
            f"the times to predict at are {kinds[0]}, but those of {series.name} are {kinds[1]}: give {kinds[1]}"
        )
    _refuse_other_zone(given, series)
    if not times.numel():
        raise DataError("the times to predict at are empty, expected at least one")
    if times.ndim == 1:
        times = times.expand(len(series), -1)
    if times.ndim != 2 or len(times) != len(series):
        raise DataError(
            f"times to predict at have shape {tuple(times.shape)}, expected (time,) for all series or ({len(series)}, time), "
            "one row for each"
        )
    none = times.isnan().all(dim=1)
    if none.any():
        name = (series.layout or default_layout(series.features, 0)).name_of(int(none.int().argmax()))
        raise DataError(f"there is no time to predict {name} at: give some, or leave the series out")
    return times


def refuse_strangers(given: TimeSeries, series: TimeSeries) -> None:
    """Refuses times to predict at of series that are not there; series without labels are not distinguished.

    Args:
        given: series of the times.
        series: to be predicted.

    Raises:
        DataError: naming the first one.
    """
    asked, own = _labels(given), _labels(series)
    if asked is None or own is None:
        return
    strange = ~asked.isin(own)
    if strange.any():
        label = given.layout.name_of(int(strange.argmax()))  # type: ignore[union-attr]
        raise DataError(
            f"{given.name} has times of {label}, which {series.name} lacks: give its observations, or leave it out"
        )


def observed_at(query: Times, series: TimeSeries) -> Values:
    """What was observed at the very time that is asked for, (batch, query time, feature); NaN where nothing was.

    Args:
        query: (batch, query time), padded with NaN.
        series: increasing times, padded with NaN.
    """
    return given_at(series.times, series.values, query)


@contextmanager
def naming(series: TimeSeries, first: int = 0) -> Iterator[None]:
    """Names the series by its label in errors about a trajectory, and gives dates in place of seconds since 1970.

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
        told = layout.naming(str(error), first)
        told = told.replace(IN_DOUBLE, "")
        if series.dates:
            told = re.sub(SECONDS, partial(_date, "Z" if _zoned(series) else ""), told)
        raise DataError(f"{series.name}: {told}") from None


def _date(zone: str, found: re.Match[str]) -> str:
    return f"{np.datetime64(round(float(found[0])), 's')}{zone}"


def _in_order(given: TimeSeries, series: TimeSeries) -> Times:
    """The times of other series, in the order of the series to be predicted if both have labels."""
    given.refuse_sets()
    refuse_strangers(given, series)
    asked, own = _labels(given), _labels(series)
    if asked is None or own is None:
        return given.times
    places = asked.get_indexer(own)
    if (places < 0).any():
        label = series.layout.name_of(int((places < 0).argmax()))  # type: ignore[union-attr]
        raise DataError(f"{given.name} has no times of {label}, unlike of others: give some, or leave the series out")
    return given.times[places]


def _refuse_other_zone(given: Any, series: TimeSeries) -> None:
    """Refuses dates with a time zone for series without one, and the other way round, as far as both are known."""
    if not series.dates:
        return
    parts = given if isinstance(given, (list, tuple)) and np.ndim(given[0]) else [given]
    zones = {_zoned(part) if isinstance(part, TimeSeries) else with_time_zone(part) for part in parts} - {None}
    own = _zoned(series)
    if own is not None and zones and zones != {own}:
        have, lack = ("have a time zone", "none") if own else ("have no time zone", "one")
        raise DataError(
            f"the times of {series.name} {have}, but those to predict at have {lack}: give both in the same way, for example "
            "with tz_localize of pandas"
        )


def _zoned(series: TimeSeries) -> bool | None:
    """Whether the dates of a table's column have a time zone; None if that is not known."""
    dtype = "object" if series.layout is None else series.layout.dtypes.get(series.layout.time, "object")
    return None if dtype == "object" else "," in dtype


def _labels(series: TimeSeries) -> "pd.Index[Any] | None":
    return None if series.layout is None or series.layout.labels is None else series.layout.labels.astype(object)


def _times(given: Any) -> tuple[Tensor, bool]:
    if not isinstance(given, (list, tuple)) or not len(given) or not all(np.ndim(each) == 1 for each in given):
        return as_times(given)
    found = [as_times(each) for each in given]
    if len({dates for _, dates in found}) > 1:
        raise DataError("the times to predict at mix dates and numbers: give all as one of them")
    return pad_sequence([times for times, _ in found], batch_first=True, padding_value=torch.nan), found[0][1]
