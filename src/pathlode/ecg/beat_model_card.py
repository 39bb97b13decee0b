"""The card of a classifier of beats: what it was made of, and how well it does."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pathlode.artefacts import JsonFile
from pathlode.ecg.results import BeatScores
from pathlode.errors import DataError

SPLIT_PARTS = ("train", "validation", "test")
"""Parts of a split of the beats."""
MACRO = "macro"
"""Class of the rows with the mean over classes."""


@dataclass(frozen=True)
class BeatModelCard(JsonFile):
    """Card of a classifier of heartbeats.

    Attributes:
        source: origin of the beats, see :attr:`pathlode.ecg.beats.Beats.source`.
        beats: number of beats of each of :data:`SPLIT_PARTS`.
        records: names of the records of each of :data:`SPLIT_PARTS`.
        new_patients: whether the patients of the test beats are absent from training.
        version: version of pathlode.
        commit: commit of the code, see :func:`pathlode.reporting.provenance.commit`.
        scores: rows with the columns of :class:`pathlode.ecg.results.BeatScores`, by condition and class and for the mean over
            classes; None for a score of a class without beats.

    Raises:
        DataError: if numbers or records of a part are missing, there is no score of the mean over classes, or a score lacks a
            column.
    """

    source: str
    beats: Mapping[str, int]
    records: Mapping[str, Sequence[str]]
    new_patients: bool
    version: str
    commit: str
    scores: Sequence[Mapping[str, Any]]

    def __post_init__(self) -> None:
        for name, by_part in (("beats", self.beats), ("records", self.records)):
            missing = [part for part in SPLIT_PARTS if part not in by_part]
            if missing:
                raise DataError(f"the card's {name} lack the part {missing[0]!r}")
        for row in self.scores:
            missing = [name for name in BeatScores.columns if name not in row]
            if missing:
                raise DataError(f"the card's scores lack {missing[0]!r} ({BeatScores.columns[missing[0]]})")
        means = {row["condition"] for row in self.scores if row["class"] == MACRO}
        if not means or means != {row["condition"] for row in self.scores}:
            raise DataError("the card's scores lack the mean over classes under a condition")

    def scores_nearest(self, rate: float) -> dict[str, Mapping[str, Any]]:
        """The scores by class under the condition whose rate is nearest to a recording's, by ratio.

        Args:
            rate: samples per second.
        """
        nearest = min(self.scores, key=lambda row: abs(math.log(row["rate_hz"] / rate)))
        return {row["class"]: row for row in self.scores if row["condition"] == nearest["condition"]}
