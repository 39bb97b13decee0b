"""The split of the series of a data set, and the values that are hidden from models, as a file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import ArrayFile, axes
from pathlode.errors import refuse_unless
from pathlode.real.measured import MeasuredSeries

GOALS = ("interpolation", "forecast")
"""What models are trained for: values hidden among those that they read, and values after those."""


@dataclass(frozen=True)
class Hiding:
    """Which values models must not see.

    Args:
        share: share of the measured values that are hidden in interpolation.
        by: ``value`` hides each value by itself, ``time`` all values of a time.
        first: number of rows of a series that a forecast reads; None if nothing is forecast.
    """

    share: float
    by: str
    first: int | None = None

    def __post_init__(self) -> None:
        refuse_unless(
            self,
            ("share", 0 < self.share < 1, "a share above 0 and below 1"),
            ("by", self.by in ("value", "time"), "value or time"),
            ("first", self.first is None or self.first >= 1, "null, or at least 1"),
        )


@dataclass(frozen=True)
class SeriesSplit(ArrayFile):
    """Split of the series of a data set into training, validation and test, with the values that are hidden.

    Attributes:
        train: increasing positions of the training series.
        validation: those of the validation series.
        test: those of the test series.
        hidden: positions of the hidden values among all values (row, feature), flattened; of all series.
        first: as in :class:`Hiding`.
    """

    train: NDArray[np.int64] = axes("training series")
    validation: NDArray[np.int64] = axes("validation series")
    test: NDArray[np.int64] = axes("test series")
    hidden: NDArray[np.int64] = axes("hidden value")
    first: int | None = None

    def seen(self, measured: MeasuredSeries, goal: str) -> NDArray[np.float32]:
        """The values that a model may read, (row, feature), NaN elsewhere."""
        return np.where(self._asked(measured, goal), np.float32(np.nan), measured.values)

    def asked(self, measured: MeasuredSeries, goal: str) -> NDArray[np.float32]:
        """The measured values that it must predict, (row, feature), NaN elsewhere."""
        return np.where(self._asked(measured, goal), measured.values, np.float32(np.nan))

    def _asked(self, measured: MeasuredSeries, goal: str) -> NDArray[np.bool_]:
        if goal == "forecast":
            later = measured.place >= (self.first or 0)
            return np.broadcast_to(later[:, None], measured.values.shape)
        asked = np.zeros(measured.values.size, bool)
        asked[self.hidden] = True
        return asked.reshape(measured.values.shape)


def split_series(
    measured: MeasuredSeries, validation: float, test: float, hiding: Hiding, replicate: int
) -> SeriesSplit:
    """A split at random, from the replicate's number.

    Where those who published the data chose a test part, that is the test part of every replicate.

    Args:
        measured: all series.
        validation: share of the validation series among those that are not test series.
        test: share of the test series, unless the data set has its own.
        hiding: which values are hidden.
        replicate: the replicate's number.
    """
    rng = np.random.default_rng([replicate, 2012])
    order = rng.permutation(len(measured.counts))
    tested = measured.given_test
    if not tested.any():
        tested = np.zeros(len(order), bool)
        tested[order[: round(test * len(order))]] = True
    rest = order[~tested[order]]
    held_out = round(validation * len(rest))
    return SeriesSplit(
        train=np.sort(rest[held_out:]),
        validation=np.sort(rest[:held_out]),
        test=np.flatnonzero(tested),
        hidden=_hidden(measured, hiding, rng),
        first=hiding.first,
    )


def _hidden(measured: MeasuredSeries, hiding: Hiding, rng: np.random.Generator) -> NDArray[np.int64]:
    """Positions of hidden values. A time's values are hidden together, or each alone; of each series something stays."""
    shape = measured.values.shape
    draws = rng.random(shape if hiding.by == "value" else (shape[0], 1))
    present = np.isfinite(measured.values)
    draws = np.where(present, np.broadcast_to(draws, shape), np.inf)
    starts = np.cumsum(measured.counts) - measured.counts
    largest = np.where(np.isfinite(draws), draws, -np.inf).max(axis=1)
    kept = np.maximum.reduceat(largest, starts)  # of each series, the value that would be hidden last
    hide = (draws < hiding.share) & (draws < kept[measured.owner][:, None])
    return np.flatnonzero(hide)
