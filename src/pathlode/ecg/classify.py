"""What all classifiers of beats have in common: rhythm features, the vote of several encodings, and their scores."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

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


def vote(probabilities: NDArray[np.float32]) -> tuple[Classes, Probabilities]:
    """The class that most of several encodings of a beat are given, and their mean probabilities.

    Ties go to the larger mean probability.

    Args:
        probabilities: (encoding, beat, class).
    """
    mean = probabilities.mean(axis=0)
    votes = np.eye(probabilities.shape[2])[probabilities.argmax(axis=2)].sum(axis=0)
    return (votes + 0.5 * mean).argmax(axis=1).astype(np.int8), mean


def score_classes(truth: Classes, predicted: Classes, probabilities: Probabilities, classes: str) -> pd.DataFrame:
    """Precision, recall and F1 of each class, the area under its ROC curve against all others, and their plain means.

    Args:
        truth: index of each beat's class.
        predicted: the same, as predicted.
        probabilities: (beat, class).
        classes: names of the classes that are scored; their means are the row ``macro``.

    Returns:
        class, n, precision, recall, f1, auc. A class without a beat has no scores and does not count in the means.
    """
    labels = [CLASSES.index(name) for name in classes]
    *rates, n = precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0.0)
    precision, recall, f1 = (np.where(n > 0, values, np.nan) for values in rates)
    auc = [
        roc_auc_score(truth == label, probabilities[:, label]) if 0 < count < len(truth) else np.nan
        for label, count in zip(labels, n, strict=True)
    ]
    table = pd.DataFrame(
        {"class": list(classes), "n": n, "precision": precision, "recall": recall, "f1": f1, "auc": auc}
    )
    macro = table[["precision", "recall", "f1", "auc"]].mean()
    return pd.concat([table, pd.DataFrame([{"class": "macro", "n": int(n.sum()), **macro}])], ignore_index=True)
