"""The trivial classifier of beats, which names one class for every beat."""

import numpy as np
import pandas as pd

from pathlode.ecg.results import BeatScores

ONE_CLASS = "one_class"
"""Its name in tables."""
_TESTED = ["source", "split", "condition", "rate_hz", "seed"]
"""Columns of scores that say which beats were tested."""


def one_class_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of naming one class for every test beat, in the columns of :class:`pathlode.ecg.results.BeatScores`.

    No classifier is of use whose scores are not above these. n_c of the n test beats are of class c, and K classes have beats.

    ============== ============== ============ ================== ================== =====
    row            named class    precision    recall             F1                 AUC
    ============== ============== ============ ================== ================== =====
    of class c     c              n_c / n      1                  2 n_c / (n + n_c)  1/2
    ``macro``      most frequent  its / K      1 / K              its / K            1/2
    ============== ============== ============ ================== ================== =====

    Args:
        scores: scores of classifiers on all test beats, whose classes are all scored: a table of
            :class:`pathlode.ecg.results.BeatScores`.

    Returns:
        One row per split, condition, replicate and class, without RR features.
    """
    tested = scores.drop_duplicates([*_TESTED, "class"])
    groups = tested.groupby(_TESTED, sort=False, dropna=False)
    tables = [_of_one_class(beats[[*_TESTED, "class", "n"]]) for _, beats in groups]
    return pd.concat(tables, ignore_index=True).assign(model=ONE_CLASS, rr=False)[list(BeatScores.columns)]


def _of_one_class(beats: pd.DataFrame) -> pd.DataFrame:
    """The rows of one test: of the classes with their numbers of beats, and of the mean over them."""
    macro = beats["class"] == "macro"
    n, total = beats["n"].where(beats["n"] > 0), beats.loc[macro, "n"].item()
    table = beats.assign(precision=n / total, recall=n / n, f1=2 * n / (total + n), auc=0.5 * n / n)
    classes = table[~macro].dropna(subset="f1")
    means = classes[["precision", "recall", "f1"]].iloc[classes["n"].argmax()] / len(classes)
    table.loc[macro, ["precision", "recall", "f1", "auc"]] = [*means, 0.5]
    return table.astype({"f1": np.float64})
