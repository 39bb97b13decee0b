"""Tables made of what policies reach on solvable tasks."""

import numpy as np
import pandas as pd

from pathlode.reporting.intervals import interval, pseudomedian
from pathlode.schedule.solvable.artefacts import CONTROLS, SolvableRegrets, SolvableScores, SolvableTable

HEADINGS_OF_REGRETS = {"runs": "trainings before", "seconds": "CPU seconds"}
"""Columns of the summary behind those of the tasks."""


def with_ratios(outcomes: pd.DataFrame) -> SolvableScores:
    """The outcomes with the ratio of each loss to the task's least one.

    Args:
        outcomes: rows of :class:`pathlode.schedule.solvable.artefacts.SolvableOutcomes`.
    """
    return SolvableScores(outcomes.assign(ratio=outcomes["loss"] / outcomes["optimum"]))


def by_replicate(scores: pd.DataFrame) -> SolvableTable:
    """The scores with the replicate's number under its own name, without what is in other tables."""
    return SolvableTable(scores.rename(columns={"seed": "replicate"})[list(SolvableTable.columns)])


def regrets(scores: pd.DataFrame, confidence: float) -> SolvableRegrets:
    """The centre of the ratio of every policy on every task, with its interval over the replicates.

    The centre is the pseudomedian of log ratios, and the interval that of :func:`pathlode.reporting.intervals.interval`. Equal
    ratios, such as those of the best schedule, and a single one have no interval. The room of a task is the logarithm of the
    least centre among :data:`pathlode.schedule.solvable.artefacts.CONTROLS`.

    Args:
        scores: rows of :class:`pathlode.schedule.solvable.artefacts.SolvableScores`.
        confidence: level of the interval.
    """
    rows = []
    for (task, policy), own in scores.groupby(["task", "policy"], sort=False):
        logs = np.log(own["ratio"].to_numpy())
        low, high = interval(logs, 1 - confidence) if np.ptp(logs) > 0 else (np.nan, np.nan)
        ends = [float(np.exp(end)) if np.isfinite(end) else np.nan for end in (low, high)]
        facts = {"task": task, "policy": policy, "ratio": float(np.exp(pseudomedian(logs)))}
        facts |= {"low": ends[0], "high": ends[1], "n": len(own)}
        rows.append(facts | {"runs": own["runs"].iloc[0], "seconds": own["seconds"].mean()})
    table = pd.DataFrame(rows)
    room = np.log(table["ratio"].where(table["policy"].isin(CONTROLS))).groupby(table["task"]).transform("min")
    return SolvableRegrets(table.assign(room=np.log(table["ratio"]) / room.where(room > 0)))


def regrets_summary(table: pd.DataFrame) -> pd.DataFrame:
    """The ratios and their shares of the room, as text: one row per policy, one column per task, and what the choice cost on
    average.

    Args:
        table: rows of :class:`pathlode.schedule.solvable.artefacts.SolvableRegrets`.
    """
    cells = table.assign(text=table.apply(_cell, axis=1))
    wide = cells.pivot(index="policy", columns="task", values="text")
    wide = wide.loc[table["policy"].unique(), table["task"].unique()].fillna("–")
    grouped = table.groupby("policy", sort=False)
    wide[HEADINGS_OF_REGRETS["runs"]] = grouped["runs"].first()
    wide[HEADINGS_OF_REGRETS["seconds"]] = grouped["seconds"].mean().map("{:.2g}".format)
    return wide.rename_axis(columns=None).reset_index()


def _cell(row: pd.Series) -> str:
    middle, low, high = (f"{row[name]:.3g}" for name in ("ratio", "low", "high"))
    centre = middle if pd.isna(row["low"]) else f"{middle} [{low}, {high}]"
    return centre if pd.isna(row["room"]) else f"{centre}, {100 * row['room']:.0f} %"
