"""Classifiers of beats, and how they are scored."""

import numpy as np
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from numpy.typing import NDArray

from pathlode.ecg.beats import Beats
from pathlode.ecg.records import CLASSES

Features = NDArray[np.float32]
Classes = NDArray[np.int8]
Probabilities = NDArray[np.float32]


def rr_features(beats: Beats) -> Features:
    """Rhythm around each beat, (beat, 5), free of the person's own pace: the intervals before, after and the mean of the
    last ones, each over the record's mean; the one before over the mean of the last ones; the one after over the one before.
    """
    before, after, local, record = beats.rr.T
    return np.stack([before / record, after / record, local / record, before / local, after / before], axis=1)


def balance(features: Features, classes: Classes, most: int, seed: int) -> tuple[Features, Classes]:
    """Equally many beats of every class: larger classes are thinned to ``most``, smaller ones filled up by SMOTE.

    SMOTE puts synthetic beats between a beat and one of its five nearest neighbours of its class. A class with too few
    members to have that many is left as it is.

    Source: Chawla et al. 2002 (doi:10.1613/jair.953).
    """
    counts = np.bincount(classes, minlength=len(CLASSES))
    fewest = {number: min(int(count), most) for number, count in enumerate(counts) if count}
    target = max(fewest.values())
    filled = {number: target for number, count in fewest.items() if count > SMOTE().k_neighbors}
    sampler = make_pipeline(
        RandomUnderSampler(sampling_strategy=fewest, random_state=seed),
        SMOTE(sampling_strategy=filled, random_state=seed),
    )
    resampled: tuple[Features, Classes] = sampler.fit_resample(features, classes)
    return resampled
