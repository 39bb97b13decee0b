"""Times to predict at, as the options of the command give them."""

import math
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times
from pathlode.errors import ConfigError


def listed_times(texts: Sequence[str], series: TimeSeries) -> Any:
    """Times from texts: numbers, or dates where the series have dates; in their time zone if none is given.

    Raises:
        ConfigError: if one cannot be read.
    """
    return [_time(text, series) for text in texts]


def beyond(horizon: str, points: int, series: TimeSeries) -> Times:
    """Equally spaced times after the last one of each series, (batch, point).

    Args:
        horizon: the duration from the last time to the last prediction: a number, or for dates a text such as 12h or 2D.
        points: number of times.
        series: to be predicted.

    Raises:
        ConfigError: if the duration cannot be read, is not above 0, or too short for so many times.
    """
    return _increasing(_last(series) + _steps(horizon, points, series), horizon)


def before(horizon: str, points: int, series: TimeSeries) -> Times:
    """Equally spaced times before the first one of each series, (batch, point).

    Args:
        horizon: the duration from the first prediction to the first time, as in :func:`beyond`.
        points: number of times.
        series: to be predicted.

    Raises:
        ConfigError: as :func:`beyond`.
    """
    return _increasing(series.times[:, :1].double() - _steps(horizon, points, series).flip(-1), horizon)


def _steps(horizon: str, points: int, series: TimeSeries) -> Tensor:
    """Equally spaced durations up to that of the horizon, (point,)."""
    duration = _duration(horizon, series)
    if not 0 < duration < math.inf:
        raise ConfigError(f"--horizon is {horizon}, expected a duration above 0")
    return duration * torch.arange(1, points + 1, dtype=torch.float64) / points


def _increasing(times: Times, horizon: str) -> Times:
    """The times, unless some are equal in double precision."""
    if (times.diff(dim=-1) <= 0).any():
        raise ConfigError(f"--horizon is {horizon}, too short for {times.shape[1]} times that differ")
    return times


def _last(series: TimeSeries) -> Times:
    """The last time of each series, (batch, 1)."""
    return series.times.double().nan_to_num(nan=-torch.inf).amax(dim=-1, keepdim=True)


def _time(entry: str, series: TimeSeries) -> Any:
    try:
        if not series.dates:
            return _number(entry, series)
        date = pd.to_datetime(entry, format="ISO8601")  # in tables, too, 02/04/2024 is no date
        if pd.isna(date):
            raise ValueError
        zone = re.search(r", ([^\]]+)\]", "" if series.layout is None else series.layout.dtypes[series.layout.time])
        return date if date.tzinfo or zone is None else date.tz_localize(zone[1])
    except ValueError:
        kind = (
            "date such as 2024-01-31, as the times of the table are"
            if series.dates
            else "number, as the times of the table are"
        )
        raise ConfigError(f"--times has the entry {entry!r}, expected a {kind}") from None


def _duration(text: str, series: TimeSeries) -> float:
    kind = "a duration such as 12h or 2D" if series.dates else "a number in the unit of the times"
    try:
        if not series.dates:
            return _number(text, series)
        if re.fullmatch(r"[\d.\s+-]*", text):  # pandas takes a number without a unit as nanoseconds
            raise ValueError
        return pd.Timedelta(text).total_seconds()
    except ValueError:
        raise ConfigError(f"--horizon is {text!r}, expected {kind}") from None


def _number(text: str, series: TimeSeries) -> float:
    """A number; seconds where the times of a table are durations, which may also be given as 12h or 2D."""
    durations = series.layout is not None and series.layout.dtypes[series.layout.time].startswith("timedelta")
    if durations and re.search("[a-zA-Z]", text):
        return pd.Timedelta(text).total_seconds()
    return float(text)


def grid(series: TimeSeries, horizon: str | None, points: int) -> Times:
    """Equally spaced times from each series' first time to its last one, or to the horizon after it, (batch, point).

    A series of one time gets a duration of 1.
    """
    first = series.times[:, :1].double()
    last = _last(series) if horizon is None else beyond(horizon, 1, series)
    duration = torch.where(last > first, last - first, 1.0)
    return first + duration * torch.linspace(0, 1, points, dtype=torch.float64)
