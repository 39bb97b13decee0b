"""What was tried for a row, and what it cost."""

from collections.abc import Sequence
from typing import Any

import pandas as pd


def budgets(tuning: pd.DataFrame, seeds: Sequence[int], train_seconds: float) -> pd.DataFrame:
    """The columns ``candidates``, ``tried`` and ``spent_seconds`` of :class:`pathlode.rivals.results.RivalScores` by seed.

    Args:
        tuning: rows of :class:`pathlode.dynamics.artefacts.Tuning` of the row; none if it was not tuned.
        seeds: numbers of the replicates.
        train_seconds: of the training of one model, which is added to those of the candidates.
    """
    found = []
    for seed in seeds:
        own = tuning[tuning["seed"] == seed]
        tried = _in_words(own["learning_rate"].unique().tolist(), own["weight"].unique().tolist())
        spent = float(own["seconds"].sum()) + train_seconds
        found.append({"seed": seed, "candidates": len(own), "tried": tried, "spent_seconds": spent})
    return pd.DataFrame(found)


def budget_of_weights(
    trained: bool, rates: Sequence[float], weights: Sequence[float], train_seconds: float
) -> dict[str, Any]:
    """The same columns of a row that has a whole training for each penalty weight, of which validation series choose one.

    Args:
        trained: whether a loss trains the row. A row in closed form has no candidates.
        rates: the learning rates.
        weights: the penalty weights.
        train_seconds: of one training.
    """
    candidates = weights if trained else []
    tried = _in_words(rates if trained else [], candidates)
    return {"candidates": len(candidates), "tried": tried, "spent_seconds": len(weights) * train_seconds}


def _in_words(rates: Sequence[float], weights: Sequence[float]) -> str:
    parts = [(name, sorted(values)) for name, values in (("rates", rates), ("weights", weights)) if len(values)]
    return "; ".join(f"{name} {', '.join(f'{value:g}' for value in values)}" for name, values in parts)
