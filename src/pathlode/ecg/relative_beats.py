"""Relative features of the beats of many records, under every recording condition."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.shapes import Times, Values
from pathlode.ecg.beats import RR, Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import Classes, Features, median_of
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative import RHYTHM, SHAPE, relative_features, relative_rhythm, unhurried, waveform_on_grid
from pathlode.ecg.representations import Representation

ECTOPIC = "S"
"""Class that most beats of an imagined patient have."""
IMAGINED_SHARE = 0.75
"""Share of such beats."""
LEAST_ECTOPIC = 25
"""Least number of such beats of a record that gives an imagined patient."""


class RelativeBeats:
    """:func:`pathlode.ecg.relative.relative_features` of all beats, record by record, computed once for each condition.

    A beat's neighbours and the patient's usual beat are taken from the whole record, also from beats that are in no part of a
    split. No classes are used for them.

    Args:
        beats: all beats.
        conditions: recording conditions by name.
    """

    def __init__(self, beats: Beats, conditions: Mapping[str, Condition]) -> None:
        self.beats, self.conditions = beats, conditions
        self._known: dict[str, Features] = {}

    def __call__(self, positions: NDArray[np.int64], conditions: Sequence[str]) -> Features:
        """Features of some beats, recorded under the conditions in turn, (beat, feature)."""
        out = np.empty((len(positions), len(RHYTHM) + len(SHAPE)), np.float32)
        for start, name in enumerate(conditions):
            out[start :: len(conditions)] = self._under(name)[positions[start :: len(conditions)]]
        return out

    @cached_property
    def usual(self) -> NDArray[np.bool_]:
        """Which of all beats are :func:`pathlode.ecg.relative.unhurried`, (beat,)."""
        return np.concatenate(
            [unhurried(relative_rhythm(intervals_of(self.beats.rr[mine]))) for mine in self._records()]
        )

    def with_imagined(
        self,
        features: Features,
        classes: Classes,
        represent: Representation,
        positions: NDArray[np.int64],
        conditions: Sequence[str],
        centred: bool,
    ) -> tuple[Features, Classes]:
        """Features and classes, and after them those of the beats of :func:`imagined_patients`, each patient recorded under one
        of the conditions: what represents the beats, then relative features.

        Args:
            features: of the patients who were recorded, (beat, feature).
            classes: of their beats.
            represent: the representation of a beat.
            positions: beats that imagined patients are made of, increasing.
            conditions: names of conditions.
            centred: whether to subtract from what represents a beat its median over the patient's usual beats, as in
                ``features``.
        """
        patients = imagined_patients(self.beats, positions)
        for mine, name in zip(patients, itertools.cycle(conditions), strict=False):
            observed = self._observed(mine, name)
            relative, represented = self._of_record(mine, waveform_on_grid(*observed)), represent(*observed)
            if centred:
                represented = represented - median_of(represented, unhurried(relative))
            features = np.concatenate([features, np.hstack([represented, relative])])
            classes = np.concatenate([classes, self.beats.classes[mine]])
        return features, classes

    def _records(self) -> Iterator[NDArray[np.int64]]:
        """Positions of the beats of every record."""
        return (np.flatnonzero(self.beats.records == record) for record in range(len(self.beats.names)))

    def _observed(self, positions: NDArray[np.int64], condition: str) -> tuple[Times, Values]:
        return self.conditions[condition].observe(millivolts(self.beats, positions), seed=0)

    def _of_record(self, mine: NDArray[np.int64], windows: Features) -> Features:
        return relative_features(windows, relative_rhythm(intervals_of(self.beats.rr[mine])))

    def _under(self, condition: str) -> Features:
        if condition not in self._known:
            parts = [
                self._of_record(mine, waveform_on_grid(*self._observed(mine, condition))) for mine in self._records()
            ]
            self._known[condition] = np.concatenate(parts)
        return self._known[condition]


def imagined_patients(beats: Beats, positions: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Positions of the beats of patients most of whose beats are ectopic, which few recorded ones are.

    An imagined patient has all beats of class :data:`ECTOPIC` of one record, and as many of its beats of class N, drawn at
    random, that the former are the share :data:`IMAGINED_SHARE`. They keep their order and the interval before each.

    Args:
        beats: all beats.
        positions: of the beats to take them from, increasing.
    """
    rng, patients = np.random.default_rng(0), []
    for record in np.unique(beats.records[positions]):
        mine = positions[beats.records[positions] == record]
        ectopic, normal = (mine[beats.classes[mine] == CLASSES.index(name)] for name in (ECTOPIC, "N"))
        wanted = round(len(ectopic) * (1 - IMAGINED_SHARE) / IMAGINED_SHARE)
        if len(ectopic) >= LEAST_ECTOPIC and wanted <= len(normal):
            patients.append(np.sort(np.concatenate([ectopic, rng.choice(normal, wanted, replace=False)])))
    return patients


def intervals_of(rr: Features) -> Array:
    """Seconds before each of a record's beats, then after the last one, (beat + 1,).

    Args:
        rr: in the order of :data:`pathlode.ecg.beats.RR`, (beat, 4).
    """
    before, after = RR.index("before"), RR.index("after")
    return np.r_[rr[:, before], rr[-1:, after]].astype(np.float64)
