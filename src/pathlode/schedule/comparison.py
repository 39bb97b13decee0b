"""How policies compare: paired differences over the seeds that they share."""

from collections.abc import Sequence

import pandas as pd
from scipy.stats import ttest_1samp

from pathlode.errors import DataError

METRICS = ("test_last", "test_best_val")
"""Test accuracy with the last weights, and with those of the best validation."""
SAME = 1e-9
"""Differences that vary by less are equal."""
BEST_PARAMETRIC = "best_parametric"
"""Stands for the parametric schedule with the best mean on a task."""


def with_best_parametric(runs: pd.DataFrame, parametric: Sequence[str]) -> pd.DataFrame:
    """The runs, and once more those of each task's best parametric schedule under the name :data:`BEST_PARAMETRIC`.

    The best has the largest mean ``test_last``: chosen by what it is compared in, which favours it. Its ``seconds_before`` are
    those of all the schedules together.
    """
    copies = []
    for _, rows in runs[runs["schedule"].isin(parametric)].groupby("task", sort=False):
        by_schedule = rows.groupby("schedule", sort=False)
        best, spent = by_schedule["test_last"].mean().idxmax(), by_schedule["seconds_before"].first().sum()
        chosen = rows[rows["schedule"] == best]
        names = [f"{best} {setting}" for setting in chosen["setting"]]
        copies.append(chosen.assign(schedule=BEST_PARAMETRIC, setting=names, seconds_before=spent))
    return pd.concat([runs, *copies], ignore_index=True).sort_values("task", kind="stable", ignore_index=True)


def compare_policies(outcomes: pd.DataFrame, ours: str, metric: str, confidence: float) -> pd.DataFrame:
    """Paired differences of a metric, ours minus each other schedule's, over the seeds that both have.

    Args:
        outcomes: task, schedule, seed, and the metric, one row a run.
        ours: name of a schedule.
        metric: name of the column.
        confidence: of Student's t interval.

    Returns:
        task, schedule, metric, mean, difference, low, high, n; differences are NaN for ``ours`` itself.

    Raises:
        DataError: if a task has no runs of ``ours``.
    """
    rows = []
    for task, runs in outcomes.groupby("task", sort=False):
        by_seed = runs.pivot(index="seed", columns="schedule", values=metric)
        if ours not in by_seed:
            raise DataError(f"task {task} has no runs of {ours!r}, expected some to compare the others with")
        for schedule in runs["schedule"].unique():
            pair = by_seed[[ours, schedule]].dropna() if schedule != ours else by_seed[[ours]]
            row = {
                "task": task,
                "schedule": schedule,
                "metric": metric,
                "mean": by_seed[schedule].mean(),
                "n": len(pair),
            }
            if schedule != ours:
                row |= _interval(pair[ours] - pair[schedule], confidence)
            rows.append(row)
    columns = ["task", "schedule", "metric", "mean", "difference", "low", "high", "n"]
    return pd.DataFrame(rows).reindex(columns=columns)


def _interval(differences: pd.Series, confidence: float) -> dict[str, float]:
    mean = float(differences.mean())
    if len(differences) < 2:
        return {"difference": mean}
    if differences.max() - differences.min() < SAME:  # two policies that do the same
        return {"difference": mean, "low": mean, "high": mean}
    interval = ttest_1samp(differences, 0.0).confidence_interval(confidence)
    return {"difference": mean, "low": float(interval.low), "high": float(interval.high)}
