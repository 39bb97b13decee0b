"""Classifier two-sample test: how well a classifier distinguishes draws from two distributions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, cross_val_score
from xgboost import XGBClassifier

from pathlode.errors import DataError

_FEWEST = 10
"""Least number of draws."""


def c2st(draws: NDArray[np.floating[Any]], reference: NDArray[np.floating[Any]], seed: int = 0) -> float:
    """Cross-validated accuracy of boosted trees that classify draws (n, parameter) against a reference; 0.5 for equal
    distributions.

    A Markov chain repeats draws when it rejects proposals. Equal draws are in the same fold, so none is recognised from the
    training folds. If one fold has all draws of a side, because nearly all are equal, the accuracy is 1. Trees cost a tenth of
    the usual perceptron and are as accurate on posteriors like these (a test compares).

    Raises:
        DataError: if these are no such draws.

    Source: Lopez-Paz & Oquab 2017, classifier two-sample tests (https://arxiv.org/abs/1610.06545).
    """
    for name, some in (("draws", draws), ("the reference", reference)):
        if some.ndim != 2 or len(some) < _FEWEST or some.shape[1] != reference.shape[-1] or not np.isfinite(some).all():
            raise DataError(
                f"{name} of a C2ST have shape {some.shape} and {np.isnan(some).sum()} NaN, expected (n, parameter) with "
                f"equally many parameters, finite numbers, and n at least {_FEWEST}"
            )
    both = np.concatenate([draws, reference])
    origin = np.repeat([0, 1], [len(draws), len(reference)])
    trees = XGBClassifier(n_estimators=60, max_depth=4, learning_rate=0.15, n_jobs=1, random_state=seed)
    _, same = np.unique(both, axis=0, return_inverse=True)
    folds = list(GroupKFold(5, shuffle=True, random_state=seed).split(both, origin, same))
    if any(len(np.unique(origin[training])) == 1 for training, _ in folds):
        return 1.0
    return float(cross_val_score(trees, both, origin, cv=folds, scoring="accuracy").mean())
