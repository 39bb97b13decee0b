"""Scores of classifiers of beats."""

import numpy as np
import pandas as pd

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
    from sklearn.metrics import (
        precision_recall_fscore_support,
        roc_auc_score,
    )  # here, because the import takes a second

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
