"""Measured series of one data set, as a file."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import ArrayFile, axes

UNKNOWN = -1
"""The class of a series whose class is unknown."""


@dataclass(frozen=True)
class MeasuredSeries(ArrayFile):
    """Measured series of one data set, with their classes and descriptors.

    The rows of all series follow each other: the first ``counts[0]`` belong to the first series, and so on.

    Attributes:
        data: name of the data set.
        source: origin of the files, ``public`` or ``invented``.
        time_unit: unit of the times.
        features: names of the features.
        units: their units.
        target: what the classes are about, such as ``death``.
        classes: names of the classes.
        described: names of the descriptors, which do not depend on time.
        names: name of each series.
        counts: number of rows of each series.
        times: time of each row; increasing within a series.
        values: measured values, NaN where nothing was measured.
        labels: index of each series' class, or :data:`UNKNOWN`.
        descriptors: NaN where unknown.
        given_test: whether those who published the data put the series into their test part.
    """

    data: str
    source: str
    time_unit: str
    features: Sequence[str]
    units: Sequence[str]
    target: str
    classes: Sequence[str]
    described: Sequence[str]
    names: NDArray[np.str_] = axes("series")
    counts: NDArray[np.int64] = axes("series")
    times: NDArray[np.float64] = axes("row")
    values: NDArray[np.float32] = axes("row", "feature")
    labels: NDArray[np.int64] = axes("series")
    descriptors: NDArray[np.float32] = axes("series", "descriptor")
    given_test: NDArray[np.bool_] = axes("series")

    @property
    def owner(self) -> NDArray[np.int64]:
        """Position of each row's series, (row,)."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @property
    def place(self) -> NDArray[np.int64]:
        """Position of each row within its series, (row,)."""
        return np.arange(len(self.times)) - np.repeat(np.cumsum(self.counts) - self.counts, self.counts)

    def padded(self, values: NDArray[np.float32] | None = None) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Times (series, time) and values (series, time, feature), padded with NaN.

        Args:
            values: in place of the measured values, (row, feature).
        """
        longest, rows = int(self.counts.max()), (self.owner, self.place)
        times = np.full((len(self.counts), longest), np.nan, np.float32)
        filled = np.full((*times.shape, len(self.features)), np.nan, np.float32)
        times[rows], filled[rows] = self.times, self.values if values is None else values
        return times, filled
