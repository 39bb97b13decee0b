"""Beats, their split and their recording conditions, as features for classifiers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathlode.core.shapes import Times, Values
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import Features, centre
from pathlode.ecg.representations import Representation
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.voting import Vote

EVERY = slice(None)


@dataclass(frozen=True)
class Study:
    """Beats, their split, and their recording conditions.

    Attributes:
        beats: all beats.
        split: their split into training, validation and test.
        conditions: recording conditions by name. Their random parts are the same for every classifier.
        centred: whether to subtract from each beat's features their median over the record's beats in the same part and under
            the same condition. The features then describe how a beat differs from the patient's usual one. The median uses no
            classes, but needs all of these beats.
        usual: which of all beats this median is of, (beat,); None for all.
    """

    beats: Beats
    split: BeatSplit
    conditions: Mapping[str, Condition]
    centred: bool
    usual: NDArray[np.bool_] | None = None

    def features(self, represent: Representation, part: str, condition: str, some: slice = EVERY) -> Features:
        """Features of the beats of a part, or of some of them, as recorded under a condition."""
        times, values = self._recorded(part, condition)
        return self._represented(represent, self.positions(part)[some], times[some], values[some])

    def encodings(self, represent: Representation, part: str, condition: str, votes: Vote) -> Iterator[Features]:
        """Features of several random subsets of the recorded samples."""
        for times, values in votes.parts(*self._recorded(part, condition)):
            yield self._represented(represent, self.positions(part), times, values)

    def mixed(self, represent: Representation, part: str, conditions: Sequence[str]) -> Features:
        """Features of the beats of a part, recorded under the conditions in turn."""
        turns = [slice(start, None, len(conditions)) for start in range(len(conditions))]
        under = [self.features(represent, part, *each) for each in zip(conditions, turns, strict=True)]
        mixed = np.empty((len(self.positions(part)), under[0].shape[1]), under[0].dtype)
        for turn, features in zip(turns, under, strict=True):
            mixed[turn] = features
        return mixed

    def positions(self, part: str) -> NDArray[np.int64]:
        """Positions of the beats in a part: ``train``, ``validation`` or ``test``."""
        chosen: NDArray[np.int64] = getattr(self.split, part)
        return chosen

    @property
    def known(self) -> NDArray[np.int64]:
        """Positions of the beats in training and validation, increasing."""
        return np.sort(np.concatenate([self.split.train, self.split.validation]))

    def _recorded(self, part: str, condition: str) -> tuple[Times, Values]:
        return self.conditions[condition].observe(millivolts(self.beats, self.positions(part)), seed=0)

    def _represented(
        self, represent: Representation, positions: NDArray[np.int64], times: Times, values: Values
    ) -> Features:
        features = represent(times, values)
        if not self.centred:
            return features
        return centre(features, self.beats.records[positions], None if self.usual is None else self.usual[positions])
