"""Summaries of the scores on real data, ours and those that others published."""

import pandas as pd

from pathlode.reporting.tables import summarise


def real_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores as text, median and range over replicates: one row per data set and model, one column per task and metric.

    Args:
        scores: rows of :class:`pathlode.real.results.RealScores`.
    """
    chosen = scores[scores["metric"] != "missed"]
    heading = chosen["task"] + " " + chosen["metric"]
    wide = chosen.assign(heading=heading).pivot(index=["data", "model", "replicate"], columns="heading", values="value")
    headings = list(dict.fromkeys(heading))
    return summarise(wide.reset_index(), ["data", "model"], {name: name for name in headings}, digits=3)


def published_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Published scores as text, mean and standard deviation: one row per model, one column per task; errors in thousandths.

    Args:
        scores: rows of :class:`pathlode.real.results.PublishedScores`.
    """
    errors = scores["metric"] == "mse"
    heading = (scores["task"] + " " + scores["metric"]).where(~errors, scores["task"] + " MSE ×10⁻³")
    texts = [_with_spread(*row) for row in zip(scores["value"], scores["spread"], errors, strict=True)]
    chosen = scores.assign(heading=heading, text=texts)
    wide = chosen.pivot(index=["paper", "model"], columns="heading", values="text").fillna("–")
    rows = list(dict.fromkeys(zip(scores["paper"], scores["model"], strict=True)))
    sources = chosen.groupby(["paper", "model"])["source"].agg(lambda own: "; ".join(dict.fromkeys(own)))
    return wide[list(dict.fromkeys(heading))].assign(source=sources).loc[rows].reset_index()


def _with_spread(value: float, spread: float, error: bool) -> str:
    """A number with its standard deviation, if that is known; an error in thousandths."""
    scale, digits = (1000, 2) if error else (1, 3)
    text = f"{scale * value:.{digits}f}"
    return text if pd.isna(spread) else f"{text} ± {scale * spread:.{digits}f}"
