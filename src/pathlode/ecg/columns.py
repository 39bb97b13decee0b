"""Columns that claims read, and summaries, derived from scores of classifiers and reconstructions."""

from collections.abc import Sequence

import pandas as pd

from pathlode.reporting.floors import missed_share
from pathlode.reporting.tables import summarise

_SETTING = ["split", "model", "rr"]
"""Columns that identify the classifier of a row of scores."""


def with_missed(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores with more columns: ``missed_f1`` and, if they have AUC, ``missed_auc``, the
    :func:`pathlode.reporting.floors.missed_share` of either.

    Args:
        scores: f1, perhaps auc, and n, the beats of the class; for the mean over classes, of all scored classes.
    """
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
