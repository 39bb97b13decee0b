"""Models of measured series: their training data, predictions, and the choice of the penalty's weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.core.simple import Numbers
from pathlode.models.contract import SequenceModel
from pathlode.real.measured import UNKNOWN, MeasuredSeries
from pathlode.real.scores import TrainingUnits, relative_error
from pathlode.real.splits import SeriesSplit
from pathlode.training.outcomes import Outcomes

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive

PREDICTED_AT_ONCE = 250
"""Series that are predicted at once: bounds the memory of :meth:`Asked.predicted_by`."""


def candidates(replicates: Sequence[int], weights: Sequence[float]) -> tuple[list[int], list[float]]:
    """Seed and penalty weight of each member of a stack: of every replicate one member for each weight.

    Every loss gets as many members, also one without a penalty: its candidates differ in their initial weights and batches
    alone, and so do those of the others besides.
    """
    seeds = [replicate * len(weights) + number for replicate in replicates for number in range(len(weights))]
    return seeds, [float(weight) for _ in replicates for weight in weights]


def observed_series(measured: MeasuredSeries, splits: Sequence[SeriesSplit], goal: str, each: int) -> Observed:
    """Training and validation series of a stack with ``each`` members a replicate, one set a replicate.

    Training fits all values of the training series. Of the validation series the hidden values stay hidden: they choose the
    penalty's weight. A forecast hides what follows by the views of its training.

    Args:
        measured: all series.
        splits: the replicates' splits.
        goal: one of :data:`pathlode.real.splits.GOALS`.
        each: members of each replicate.
    """
    times, whole = measured.padded()
    whole_each = [whole] * len(splits)
    seen = [measured.padded(split.seen(measured, goal))[1] if goal == "interpolation" else whole for split in splits]
    training = _sets(times, whole_each, [split.train for split in splits], f"{measured.data}, training")
    validation = _sets(times, seen, [split.validation for split in splits], f"{measured.data}, validation")
    return Observed(training, validation, [number for number in range(len(splits)) for _ in range(each)])


def observed_classes(measured: MeasuredSeries, splits: Sequence[SeriesSplit], weight: float) -> Outcomes:
    """Classes of the training and validation series of every replicate, for heads that are trained with the models.

    Args:
        measured: all series.
        splits: the replicates' splits.
        weight: weight of the head's loss.
    """
    known = torch.from_numpy(np.where(measured.labels == UNKNOWN, np.nan, measured.labels))
    parts = ([split.train for split in splits], [split.validation for split in splits])
    training, validation = (torch.stack([known[some] for some in part]) for part in parts)
    return Outcomes(training, validation, weight)


def tensors(times: Numbers, values: Numbers, name: str) -> TimeSeries:
    """Series as models take them."""
    return TimeSeries(torch.from_numpy(times), torch.from_numpy(values), name)


def _sets(times: Numbers, values: Sequence[Numbers], chosen: Sequence[NDArray[np.int64]], name: str) -> TimeSeries:
    """The chosen series of each replicate, one set each."""
    own = [each[some] for each, some in zip(values, chosen, strict=True)]
    return tensors(np.stack([times[some] for some in chosen]), np.stack(own), name)


@dataclass(frozen=True)
class Asked:
    """What one replicate asks of a model that is trained for a goal.

    Args:
        measured: all series.
        split: the replicate's split.
        goal: one of :data:`pathlode.real.splits.GOALS`.
    """

    measured: MeasuredSeries
    split: SeriesSplit
    goal: str

    @cached_property
    def times(self) -> Numbers:
        """Times, (series, time)."""
        return self.measured.padded()[0]

    @cached_property
    def seen(self) -> Numbers:
        """The values that may be read, (series, time, feature)."""
        return self.measured.padded(self.split.seen(self.measured, self.goal))[1]

    @cached_property
    def values(self) -> Numbers:
        """The values to predict, (series, time, feature)."""
        return self.measured.padded(self.split.asked(self.measured, self.goal))[1]

    @cached_property
    def units(self) -> TrainingUnits:
        """Units of the values of the training series."""
        return TrainingUnits.of(self.measured.padded()[1][self.split.train])

    def error(self, predicted: Numbers, chosen: NDArray[np.int64]) -> float:
        """:func:`pathlode.real.scores.relative_error` of predictions for some series."""
        return relative_error(predicted, self.values[chosen], self.units)

    @torch.no_grad()
    def predicted_by(self, model: SequenceModel, chosen: NDArray[np.int64], solver: "Adaptive | None") -> Numbers:
        """Predictions at all times of some series, (series, time, feature), by a model of one member.

        NaN for a series of which the model may read nothing.
        """
        found = np.full((len(chosen), *self.seen.shape[1:]), np.nan, np.float32)
        usable = np.flatnonzero(np.isfinite(self.seen[chosen]).any(axis=(1, 2)))
        for first in range(0, len(usable), PREDICTED_AT_ONCE):
            places = usable[first : first + PREDICTED_AT_ONCE]
            given = torch.from_numpy(self.times[chosen[places]]), torch.from_numpy(self.seen[chosen[places]])
            found[places] = model(*given, solver=solver).values[0].numpy()
        return found
