"""Tables made of what policies reach on solvable tasks."""

import numpy as np
import pandas as pd

from pathlode.reporting.intervals import interval, pseudomedian
from pathlode.schedule.solvable.artefacts import (
    CONTROLS,
    PastRunsCentres,
    SolvableRegrets,
    SolvableScores,
    SolvableTable,
)

HEADINGS_OF_REGRETS = {"runs": "trainings before", "seconds": "CPU seconds"}
"""Columns of the summary behind those of the tasks."""
HEADINGS_OF_PAST_RUNS = {
    "plan": "plan / optimum",
    "best_past": "best past run / optimum",
    "error": "error of the ln loss",
}
"""Headings of the measures of plans from different past runs."""


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
        middle, low, high = _centred(own["ratio"], confidence)
        facts = {"task": task, "policy": policy, "ratio": middle, "low": low, "high": high, "n": len(own)}
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


def past_runs_centres(plans: pd.DataFrame, confidence: float) -> PastRunsCentres:
    """What plans from different past runs reach over replicates, as :func:`regrets`, and how well their models predict.

    Args:
        plans: rows of :class:`pathlode.schedule.solvable.artefacts.PlansFromPastRuns`.
        confidence: level of the intervals.
    """
    measured = plans.assign(
        plan=plans["loss"] / plans["optimum"],
        best_past=plans["best_past"] / plans["optimum"],
        error=plans["error"].where(np.isfinite(plans["error"])),
    )
    rows = []
    for (task, schedules, runs), own in measured.groupby(["task", "schedules", "runs"], sort=False):
        row = {"task": task, "schedules": schedules, "runs": runs}
        for name in HEADINGS_OF_PAST_RUNS:
            ends = _centred(own[name].dropna(), confidence)
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
        rows.append(row | {"diverged": own["diverged"].sum(), "n": len(own)})
    return PastRunsCentres(pd.DataFrame(rows))


def past_runs_summary(centres: pd.DataFrame) -> pd.DataFrame:
    """The same as text.

    Args:
        centres: rows of :class:`pathlode.schedule.solvable.artefacts.PastRunsCentres`.
    """
    table = centres[["task", "schedules"]].assign(**{"past runs": centres["runs"]})
    for name, heading in HEADINGS_OF_PAST_RUNS.items():
        ends = centres[[name, f"{name}_low", f"{name}_high"]].to_numpy()
        table[heading] = [_with_ends(*row) for row in ends]
    return table.assign(diverged=centres["diverged"])


def _centred(values: pd.Series, confidence: float) -> tuple[float, float, float]:
    """The exponential of the pseudomedian of ln values, and of the ends of its interval; NaN where it has none."""
    logs = np.log(values.to_numpy())
    if not len(logs):
        return np.nan, np.nan, np.nan
    ends = interval(logs, 1 - confidence) if np.ptp(logs) > 0 else (np.nan, np.nan)
    low, high = (float(np.exp(end)) if np.isfinite(end) else np.nan for end in ends)
    return float(np.exp(pseudomedian(logs))), low, high


def _with_ends(middle: float, low: float, high: float) -> str:
    return f"{middle:.3g}" if pd.isna(low) else f"{middle:.3g} [{low:.3g}, {high:.3g}]"


def _cell(row: pd.Series) -> str:
    centre = _with_ends(row["ratio"], row["low"], row["high"])
    return centre if pd.isna(row["room"]) else f"{centre}, {100 * row['room']:.0f} %"
