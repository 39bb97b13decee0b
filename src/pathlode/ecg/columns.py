"""Columns that claims read, and summaries, derived from scores of classifiers and reconstructions."""

from collections.abc import Sequence

import pandas as pd

from pathlode.reporting.tables import summarise

HALF_A_BEAT = 0.5
"""Least number of wrong beats in :func:`missed_share`."""
_SETTING = ["split", "model", "rr"]
"""Columns that identify the classifier of a row of scores."""


def missed_share(score: pd.Series, n: pd.Series) -> pd.Series:
    """max(1 - score, 0.5 / n), the difference between a score and its largest value 1.

    Claims compare ratios of it. A perfect score would make a ratio zero or infinite. n beats cannot resolve a share of errors
    below about half a beat, 0.5 / n, so the missed share has this lower bound.

    Args:
        score: a score between 0 and 1, such as F1 or AUC; NaN stays NaN.
        n: number of beats of the class; for the mean over classes, of all scored classes.
    """
    return (1 - score).clip(lower=HALF_A_BEAT / n)


def with_missed(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores with more columns: ``missed_f1`` and, if they have AUC, ``missed_auc``, the :func:`missed_share` of either."""
    had = [name for name in ("f1", "auc") if name in scores]
    return scores.assign(**{f"missed_{name}": missed_share(scores[name], scores["n"]) for name in had})


def macro_f1_summary(scores: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """Macro F1 as text, median and range over replicates.

    One row per split, classifier and use of RR features, one column per condition.
    """
    macro = scores[scores["class"] == "macro"].pivot(index=[*_SETTING, "seed"], columns="condition", values="f1")
    return summarise(macro.reset_index(), _SETTING, {name: name for name in conditions}, digits=3)


def class_summary(scores: pd.DataFrame, condition: str) -> pd.DataFrame:
    """Scores of each class under one condition as text, median and range over replicates.

    One row per split, classifier, use of RR features, and class.
    """
    chosen = scores[(scores["condition"] == condition) & (scores["class"] != "macro")]
    headings = {"recall": "sensitivity", "precision": "positive predictive value", "f1": "F1", "auc": "AUC"}
    return summarise(chosen, [*_SETTING, "class", "n"], headings, digits=3)


def reconstruction_summary(errors: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """NMSE of reconstructions as text, median and range over replicates.

    One row per split, latent ODE and class, one column per condition.
    """
    by = ["split", "latent_ode", "class"]
    by_condition = errors.pivot(index=[*by, "seed"], columns="condition", values="nmse").reset_index()
    return summarise(by_condition, by, {name: name for name in conditions})
