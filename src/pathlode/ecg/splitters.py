"""Ways to split beats into training, validation and test."""

from collections.abc import Callable

import numpy as np

from pathlode.ecg.beats import Beats
from pathlode.ecg.records import CLASSES, DS1, DS2
from pathlode.ecg.splits import BeatSplit
from pathlode.errors import DataError

HELD_OUT = 0.15
"""Share of the beats in validation, and the same share in test, in the random split."""
FOLDS = 5
"""In the inter-patient split, one in this many of the training records' beats is for validation, by whole records."""
WITHOUT_PACED = "NSVF"
"""The classes that are scored in the inter-patient split. Q is not: without the paced records, only 15 of its beats remain."""


def random_split(beats: Beats, seed: int) -> BeatSplit:
    """70 / 15 / 15 % of all beats at random, stratified by class. A patient's beats are in all parts.

    Raises:
        DataError: if a class has too few beats to be in every part.
    """
    from sklearn.model_selection import train_test_split  # here, because the import takes one and a half seconds

    everything = np.arange(len(beats.classes))
    try:
        train, rest = train_test_split(everything, test_size=2 * HELD_OUT, random_state=seed, stratify=beats.classes)
        validation, test = train_test_split(rest, test_size=0.5, random_state=seed, stratify=beats.classes[rest])
    except ValueError as error:
        counts = np.bincount(beats.classes)
        raise DataError(
            f"beats cannot be split at random ({error}): the classes have {counts.tolist()} beats"
        ) from error
    return BeatSplit(np.sort(train), np.sort(validation), np.sort(test))


def inter_patient_split(beats: Beats, seed: int) -> BeatSplit:
    """Training on the records :data:`DS1`, test on :data:`DS2`. Paced records and the remaining beats of class Q are left out.

    Validation takes whole training records, chosen by the seed.

    Source: de Chazal et al. 2004 (doi:10.1109/TBME.2004.827359), table II, following ANSI/AAMI EC57.

    Raises:
        DataError: if there are fewer than two records of :data:`DS1` or none of :data:`DS2`.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    of_record = beats.names[beats.records]
    scored = np.isin(beats.classes, [CLASSES.index(name) for name in WITHOUT_PACED])
    known, test = (np.flatnonzero(np.isin(of_record, side) & scored) for side in (DS1, DS2))
    if len(np.unique(beats.records[known])) < 2 or not len(test):
        raise DataError(
            f"the inter-patient split needs two records or more of {', '.join(DS1)} and one of {', '.join(DS2)}; there are "
            f"{', '.join(beats.names)}"
        )
    number = min(FOLDS, len(np.unique(beats.records[known])))
    folds = list(StratifiedGroupKFold(number).split(known, beats.classes[known], beats.records[known]))
    train, validation = folds[seed % number]
    return BeatSplit(known[train], known[validation], test, WITHOUT_PACED)


SPLITTERS: dict[str, Callable[[Beats, int], BeatSplit]] = {"random": random_split, "inter_patient": inter_patient_split}
"""Ways to split beats, by their name in the configuration; each takes the beats and a seed."""
