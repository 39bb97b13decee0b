"""Errors of predicted values, and scores of predicted classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathlode.core.simple import Numbers
from pathlode.reporting.floors import missed_share


@dataclass(frozen=True)
class TrainingUnits:
    """Mean and standard deviation of each feature over the values that training may use, (feature,).

    A feature without any has mean 0; a standard deviation that would be 0 is 1.
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @classmethod
    def of(cls, values: Numbers) -> "TrainingUnits":
        """Those of values (series, time, feature), NaN where nothing was measured."""
        present = np.isfinite(values)
        number = present.sum(axis=(0, 1)).clip(min=1)
        mean = np.where(present, values, 0).sum(axis=(0, 1), dtype=float) / number
        std = np.sqrt(np.where(present, (values - mean) ** 2, 0).sum(axis=(0, 1)) / number)
        return cls(mean, np.where(std > 0, std, 1.0))


def relative_error(predicted: Numbers, asked: Numbers, units: TrainingUnits) -> float:
    """Σ ((x̂ - x) / s)² / Σ ((x - m) / s)² over all asked values, with the training values' mean m and standard deviation s.

    Predicting m scores 1. Where a prediction is NaN, m takes its place.

    Args:
        predicted: (series, time, feature).
        asked: measured values, NaN where nothing is asked.
        units: m and s of each feature.
    """
    filled = np.where(np.isnan(predicted), units.mean, predicted)
    counted = np.isfinite(asked)
    wrong = np.where(counted, (filled - asked) / units.std, 0)
    spread = np.where(counted, (asked - units.mean) / units.std, 0)
    return float((wrong**2).sum() / (spread**2).sum())


def class_scores(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> dict[str, float]:
    """Scores of predicted classes by name.

    With two classes: ``auroc``, the area under the receiver operating characteristic, and ``auprc``, the average precision, of
    the second class. With more: ``accuracy`` and ``macro_f1``. ``missed`` is the
    :func:`pathlode.reporting.floors.missed_share` of the first of these among all series.

    Args:
        truth: index of each series' class.
        probabilities: (series, class).
    """
    from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

    if probabilities.shape[1] == 2:
        found = {
            "auroc": float(roc_auc_score(truth, probabilities[:, 1])),
            "auprc": float(average_precision_score(truth, probabilities[:, 1])),
        }
    else:
        said = probabilities.argmax(axis=1)
        found = {"accuracy": float((said == truth).mean()), "macro_f1": float(f1_score(truth, said, average="macro"))}
    first = next(iter(found.values()))
    return found | {"missed": float(missed_share(first, len(truth)))}
