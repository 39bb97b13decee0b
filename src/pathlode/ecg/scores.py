"""Scores of classifiers of beats."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.ecg.features import Classes, Probabilities
from pathlode.ecg.records import CLASSES


def score_classes(truth: Classes, predicted: Classes, probabilities: Probabilities, classes: str) -> pd.DataFrame:
    """Precision, recall and F1 of each class, the area under its ROC curve against all others, and their unweighted means.

    Args:
        truth: index of each beat's class.
        predicted: index of each beat's predicted class.
        probabilities: (beat, class).
        classes: names of the classes to score; their means are the row ``macro``.

    Returns:
        class, n, precision, recall, f1, auc. A class without beats has no scores and does not count in the means.
    """
    labels = [CLASSES.index(name) for name in classes]
    n, said, hits = (
        np.bincount(some, minlength=len(CLASSES))[labels] for some in (truth, predicted, truth[truth == predicted])
    )
    precision, recall, f1 = (np.where(n > 0, hits / np.maximum(of, 1), np.nan) for of in (said, n, (n + said) / 2))
    auc = [area_under_roc(truth == label, probabilities[:, label]) for label in labels]
    table = pd.DataFrame(
        {"class": list(classes), "n": n, "precision": precision, "recall": recall, "f1": f1, "auc": auc}
    )
    macro = table[["precision", "recall", "f1", "auc"]].mean()
    return pd.concat([table, pd.DataFrame([{"class": "macro", "n": int(n.sum()), **macro}])], ignore_index=True)


def area_under_roc(positive: NDArray[np.bool_], score: NDArray[np.floating[Any]]) -> float:
    """Area under the ROC curve: the probability that a positive beat has a larger score than a negative one, of equal scores
    half; NaN if all beats are positive or none is.

    Counted in two sorted lists, which takes a small part of the time of scikit-learn's ``roc_auc_score``.

    Args:
        positive: (beat,).
        score: (beat,).

    Source: Hanley & McNeil 1982 (doi:10.1148/radiology.143.1.7063747).
    """
    own, others = np.sort(score[positive]), np.sort(score[~positive])
    if not len(own) or not len(others):
        return float("nan")
    below, not_above = (np.searchsorted(others, own, side).sum() for side in ("left", "right"))
    return float((below + not_above) / (2 * len(own) * len(others)))


def f1_without_each(truth: Classes, predicted: Classes, records: NDArray[np.str_], classes: str) -> pd.DataFrame:
    """F1 of each class and its mean, as in :func:`score_classes`, without the beats of one record, for every record in turn.

    Args:
        truth: index of each beat's class.
        predicted: index of each beat's predicted class.
        records: name of each beat's record.
        classes: names of the classes to score; their mean is the row ``macro``.

    Returns:
        without, class, n, f1. ``without`` is the record whose beats are left out.
    """
    names, of_beat = np.unique(records, return_inverse=True)
    labels = [CLASSES.index(name) for name in classes]

    def counted(of_class: Classes) -> NDArray[np.int64]:
        """Beats of each class in all records but one, (record, class)."""
        own = np.zeros((len(names), len(CLASSES)), np.int64)
        np.add.at(own, (of_beat[of_class >= 0], of_class[of_class >= 0]), 1)
        return (own.sum(axis=0) - own)[:, labels]

    n, said, hits = counted(truth), counted(predicted), counted(np.where(truth == predicted, truth, -1))
    f1 = np.where(n > 0, 2 * hits / np.maximum(n + said, 1), np.nan)
    table = pd.DataFrame(f1, columns=list(classes)).assign(macro=lambda each: each.mean(axis=1))
    counts = pd.DataFrame(n, columns=list(classes)).assign(macro=lambda each: each.sum(axis=1))
    long = {"without": np.repeat(names, table.shape[1]), "class": np.tile(table.columns, len(names))}
    return pd.DataFrame(long | {"n": counts.to_numpy().ravel(), "f1": table.to_numpy().ravel()})
