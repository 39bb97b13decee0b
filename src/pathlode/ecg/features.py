"""Features of beats: rhythm, and subtraction of the patient's usual beat."""

import numpy as np
from numpy.typing import NDArray

from pathlode.ecg.beats import Beats

Features = NDArray[np.float32]
"""(beat, feature)."""
Classes = NDArray[np.int8]
"""Index of each beat's class in :data:`pathlode.ecg.records.CLASSES`, (beat,)."""
Probabilities = NDArray[np.float32]
"""Probability of each of :data:`pathlode.ecg.records.CLASSES`, (beat, class)."""
FEW_BEATS = 5
"""Least number of beats that can show a patient's usual one."""


def rr_features(beats: Beats) -> Features:
    """The :func:`rr_ratios` of beats."""
    return rr_ratios(beats.rr)


def rr_ratios(rr: Features) -> Features:
    """Rhythm around each beat, (beat, 5), independent of the patient's heart rate. The features are three intervals divided by
    the record's mean interval (before the beat, after it, mean of the last ones), then the ratio of the interval before to the
    mean of the last ones, and the ratio of the interval after to the interval before.

    Args:
        rr: intervals in the order of :data:`pathlode.ecg.beats.RR`, (beat, 4).
    """
    before, after, local, record = rr.T
    return np.stack([before / record, after / record, local / record, before / local, after / before], axis=1)


def centre(features: Features, records: NDArray[np.int16], usual: NDArray[np.bool_] | None = None) -> Features:
    """Features minus the median over the beats of the same record.

    Args:
        features: (beat, feature).
        records: record of each beat, (beat,).
        usual: which beats the medians are of, (beat,); None for all.
    """
    centred = features.copy()
    for record in np.unique(records):
        mine = records == record
        centred[mine] -= median_of(centred[mine], None if usual is None else usual[mine])
    return centred


def median_of(features: Features, usual: NDArray[np.bool_] | None) -> Features:
    """Median over some beats, (feature,); over all, if there is no choice, or it has fewer than :data:`FEW_BEATS`."""
    chosen = features if usual is None or usual.sum() < FEW_BEATS else features[usual]
    median: Features = np.median(chosen, axis=0).astype(np.float32)
    return median
