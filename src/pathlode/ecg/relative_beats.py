"""Relative features of the beats of many records, under every recording condition."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.ecg.beats import RR, Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import Features
from pathlode.ecg.relative import RHYTHM, SHAPE, relative_features, relative_rhythm, waveform_on_grid


class RelativeBeats:
    """:func:`pathlode.ecg.relative.relative_features` of all beats, record by record, computed once for each condition.

    A beat's neighbours and the patient's usual beat are taken from the whole record, also from beats that are in no part of a
    split. No classes are used.

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

    def _under(self, condition: str) -> Features:
        if condition not in self._known:
            parts = []
            for record in range(len(self.beats.names)):
                mine = np.flatnonzero(self.beats.records == record)
                windows = waveform_on_grid(*self.conditions[condition].observe(millivolts(self.beats, mine), seed=0))
                parts.append(relative_features(windows, relative_rhythm(intervals_of(self.beats.rr[mine]))))
            self._known[condition] = np.concatenate(parts)
        return self._known[condition]


def intervals_of(rr: Features) -> Array:
    """Seconds before each of a record's beats, then after the last one, (beat + 1,).

    Args:
        rr: in the order of :data:`pathlode.ecg.beats.RR`, (beat, 4).
    """
    before, after = RR.index("before"), RR.index("after")
    return np.r_[rr[:, before], rr[-1:, after]].astype(np.float64)
