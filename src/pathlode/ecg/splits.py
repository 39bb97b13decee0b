"""The split of the beats into training, validation and test, as a file, and selections of beats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import ArrayFile, axes
from pathlode.ecg.beats import Beats
from pathlode.ecg.records import CLASSES


@dataclass(frozen=True)
class BeatSplit(ArrayFile):
    """Split of the beats into training, validation and test.

    Attributes:
        train: increasing positions of the training beats among all beats. Some beats may be in no part.
        validation: those of the validation beats.
        test: those of the test beats.
        scored: names of the classes that are scored.
    """

    train: NDArray[np.int64] = axes("training beat")
    validation: NDArray[np.int64] = axes("validation beat")
    test: NDArray[np.int64] = axes("test beat")
    scored: str = "".join(CLASSES)

    def has_new_patients(self, beats: Beats) -> bool:
        """Whether no record of the test beats is in training or validation."""
        known = beats.records[np.concatenate([self.train, self.validation])]
        return not np.isin(beats.records[self.test], known).any()

    def some_validation(self, count: int) -> NDArray[np.int64]:
        """At most ``count`` of the validation beats, spread evenly over them."""
        return spread_evenly(self.validation, count)


def spread_evenly(chosen: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """At most ``count`` of the chosen beats, spread evenly over them."""
    return chosen[np.linspace(0, len(chosen) - 1, min(count, len(chosen))).round().astype(int)]


def some_of_each_class(beats: Beats, chosen: NDArray[np.int64], count: int) -> dict[str, NDArray[np.int64]]:
    """At most ``count`` of the chosen beats of each class, spread evenly over them; classes without beats are left out."""
    some = {}
    for label, name in enumerate(CLASSES):
        mine = chosen[beats.classes[chosen] == label]
        if len(mine):
            some[name] = spread_evenly(mine, count)
    return some
