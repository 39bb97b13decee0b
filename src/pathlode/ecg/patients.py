"""Scores of classes in every patient, as ANSI/AAMI EC57 asks for them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.ecg.features import Classes
from pathlode.ecg.records import CLASSES

GROSS, AVERAGE = "gross", "average"
"""In place of a record's name: all beats of all records, and the mean over the records that have a score."""
FORGIVEN = {"V": "F"}
"""A beat of the second class that is called the first one counts as no error of it."""
DRAWS, LEVEL = 2000, 0.95
"""Bootstrap samples of the records, and the level of their intervals."""


def score_patients(truth: Classes, predicted: Classes, records: NDArray[np.str_], classes: str) -> pd.DataFrame:
    """Sensitivity TP / n and positive predictivity TP / (TP + FP) of each class by record, gross and average.

    Fusion beats called V are no false positives, see :data:`FORGIVEN`. A record without beats of a class has no sensitivity,
    and one without a call of it no predictivity.

    The gross scores and the averages have percentile intervals of a bootstrap over records, as beats of one patient are alike.

    Args:
        truth: index of each beat's class; beats of other classes than those scored are left out.
        predicted: index of each beat's predicted class.
        records: name of each beat's record.
        classes: names of the classes to score.

    Returns:
        record, class, n, called (TP + FP), sensitivity, predictivity, and the ends ``..._low`` and ``..._high`` of their
        intervals.

    Source: ANSI/AAMI EC57; de Chazal et al. 2004 (doi:10.1109/TBME.2004.827359), section III.
    """
    labels = [CLASSES.index(name) for name in classes]
    kept = np.isin(truth, labels)
    names, of_beat = np.unique(records[kept], return_inverse=True)
    matrices = np.zeros((len(names), len(CLASSES), len(CLASSES)), np.int64)
    np.add.at(matrices, (of_beat, truth[kept], predicted[kept]), 1)
    draws = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    tables = [_of_class(matrices, name, names, draws) for name in classes]
    return pd.concat(tables, ignore_index=True)


def _of_class(
    matrices: NDArray[np.int64], name: str, names: NDArray[np.str_], draws: NDArray[np.int64]
) -> pd.DataFrame:
    label = CLASSES.index(name)
    hits, n = matrices[:, label, label], matrices[:, label].sum(axis=1)
    called = matrices[:, :, label].sum(axis=1)
    if name in FORGIVEN:
        called = called - matrices[:, CLASSES.index(FORGIVEN[name]), label]
    columns: dict[str, Any] = {
        "record": [*names, GROSS, AVERAGE],
        "class": name,
        "n": np.array([*n, n.sum(), n.sum()]),
        "called": np.array([*called, called.sum(), called.sum()]),
    }
    for score, of in (("sensitivity", n), ("predictivity", called)):
        each = _ratio(hits, of)
        resampled = _ratio(draws @ hits, draws @ of), _ratio(draws @ np.nan_to_num(each), draws @ np.isfinite(each))
        ends = [np.quantile(some, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) for some in map(_known, resampled)]
        whole = _ratio(hits.sum(), of.sum()), _known(each).mean()
        columns[score] = [float(value) for value in (*each, *whole)]
        for position, side in enumerate(("low", "high")):
            columns[f"{score}_{side}"] = [np.nan] * len(names) + [float(end[position]) for end in ends]
    return pd.DataFrame(columns)


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Array:
    """The ratio, NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) > 0)


def _known(values: Array) -> Array:
    """The values that are known, NaN for none."""
    known = values[np.isfinite(values)]
    return known if len(known) else np.array([np.nan])
