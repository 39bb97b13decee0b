"""Predictions without a model: the last value, means, and lines between values."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]
"""(series, time, feature), NaN where nothing is known; or (series, time)."""


@dataclass(frozen=True)
class Neighbours:
    """The values around every time, of the feature's own values in the same series; NaN where there are none.

    Attributes:
        last: the latest value before the time, or at it.
        since: the time since then.
        following: the earliest value at the time or after it.
        until: the time until then.
        mean: the mean of all values of the series, (series, 1, feature).
        number: their number, (series, 1, feature).
    """

    last: Numbers
    since: Numbers
    following: Numbers
    until: Numbers
    mean: Numbers
    number: Numbers


def neighbours(times: Numbers, seen: Numbers) -> Neighbours:
    """The neighbours of every time and feature.

    Args:
        times: (series, time), increasing; NaN at padding.
        seen: values that may be used, (series, time, feature).
    """
    present = np.isfinite(seen)
    places = np.arange(seen.shape[1])[:, None]
    before = np.maximum.accumulate(np.where(present, places, -1), axis=1)
    after = np.minimum.accumulate(np.where(present, places, seen.shape[1])[:, ::-1], axis=1)[:, ::-1]
    last, at_last = _at(before, before >= 0, times, seen)
    following, at_following = _at(after, after < seen.shape[1], times, seen)
    number = present.sum(axis=1, keepdims=True).astype(np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(present, seen, 0).sum(axis=1, keepdims=True) / number
    now = times[..., None]
    return Neighbours(last, now - at_last, following, at_following - now, mean, number)


def _at(places: NDArray[np.int64], known: NDArray[np.bool_], times: Numbers, seen: Numbers) -> tuple[Numbers, Numbers]:
    """Values at these places and their times, NaN where unknown."""
    safe = np.where(known, places, 0)
    values = np.take_along_axis(seen, safe, axis=1)
    when = np.take_along_axis(np.broadcast_to(times[..., None], seen.shape), safe, axis=1)
    return np.where(known, values, np.nan), np.where(known, when, np.nan)


def last_value(around: Neighbours) -> Numbers:
    """The latest value before a time."""
    return around.last


def series_mean(around: Neighbours) -> Numbers:
    """The mean of the series."""
    return np.broadcast_to(around.mean, around.last.shape)


def training_mean(around: Neighbours) -> Numbers:
    """Nothing of the series: the mean of the training series remains."""
    return np.full_like(around.last, np.nan)


def between(around: Neighbours) -> Numbers:
    """The line between the values before and after a time; beyond them the nearest value."""
    gap = around.since + around.until
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(gap > 0, around.since / gap, 0)
    line = around.last + share * (around.following - around.last)
    return np.where(np.isnan(around.last), around.following, np.where(np.isnan(around.following), around.last, line))


SIMPLE: dict[str, Callable[[Neighbours], Numbers]] = {
    "last": last_value,
    "mean": series_mean,
    "train_mean": training_mean,
    "line": between,
}
"""Predictions by name. Where one knows nothing, the mean of the training series takes its place."""
