"""What was tried for a row, and what it cost."""

from collections.abc import Sequence

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
        tried = told_of(own["learning_rate"].unique().tolist(), own["weight"].unique().tolist())
        spent = float(own["seconds"].sum()) + train_seconds
        found.append({"seed": seed, "candidates": len(own), "tried": tried, "spent_seconds": spent})
    return pd.DataFrame(found)


def told_of(rates: Sequence[float], weights: Sequence[float]) -> str:
    """Learning rates and penalty weights in words."""
    parts = [(name, sorted(values)) for name, values in (("rates", rates), ("weights", weights)) if len(values)]
    return "; ".join(f"{name} {', '.join(f'{value:g}' for value in values)}" for name, values in parts)
