"""Summary of the scores on real data."""

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
