"""Comparison of policies: paired differences over replicates."""

import math
from collections.abc import Sequence

import pandas as pd
from scipy.special import stdtrit  # not from scipy.stats, whose import takes longer than the tables

from pathlode.errors import DataError
from pathlode.reporting.floors import missed_share
from pathlode.schedule.artefacts import FINAL, TUNING, PolicyComparisons

SAME = 1e-9
"""Differences whose range is smaller count as equal."""
BEST_PARAMETRIC = "best_parametric"
"""Name of the parametric schedule that is best in the tuning runs of a replicate on a task."""
FREQUENT = "frequent"
"""Name of the trivial predictor, which always names the class that is most frequent in training."""


def with_best_parametric(outcomes: pd.DataFrame, parametric: Sequence[str]) -> pd.DataFrame:
    """The compared runs, with that of the best parametric schedule repeated under the name :data:`BEST_PARAMETRIC`.

    Each replicate chooses it on each task without its test examples: the schedule has the setting with the largest mean of the
    last validation accuracy among the replicate's tuning runs of parametric schedules. Its ``seconds_before`` are the sum over
    all of these.

    Args:
        outcomes: task, schedule, setting, phase, seed, val_last and seconds_before, one row per run.
        parametric: names of the schedules.
    """
    among = outcomes[outcomes["schedule"].isin(parametric)]
    runs, final = (table[table["phase"] == FINAL] for table in (outcomes, among))
    tuning = among[among["phase"] == TUNING]
    reached = tuning.groupby(["task", "seed", "schedule", "setting"], sort=False)["val_last"].mean()
    copies = []
    for task, seed, best, setting in reached.groupby(["task", "seed"], sort=False).idxmax():
        rows = final[(final["task"] == task) & (final["seed"] == seed)]
        chosen, spent = rows[rows["schedule"] == best], rows["seconds_before"].sum()
        copies.append(chosen.assign(schedule=BEST_PARAMETRIC, setting=f"{best} {setting}", seconds_before=spent))
    return pd.concat([runs, *copies], ignore_index=True).sort_values("task", kind="stable", ignore_index=True)


def with_frequent(runs: pd.DataFrame) -> pd.DataFrame:
    """The compared runs, and for each task and replicate one more row, of the trivial predictor :data:`FREQUENT`.

    Both test accuracies are its share of correct predictions among the test examples, which needs no training, so all else is
    NaN.

    Args:
        runs: task, seed, frequent and predictions, and further columns, one row per run.
    """
    once = runs.drop_duplicates(["task", "seed"])
    error = missed_share(once["frequent"], once["predictions"])
    own = {f"test_{name}": once["frequent"] for name in ("last", "best_val")}
    own |= {f"test_{name}_error": error for name in ("last", "best_val")}
    kept = once[["task", "seed", "frequent", "predictions"]]
    return pd.concat([runs, kept.assign(schedule=FREQUENT, setting=FREQUENT, **own)], ignore_index=True)


def compare_policies(outcomes: pd.DataFrame, ours: str, metric: str, confidence: float) -> pd.DataFrame:
    """Paired differences of a metric, ours minus each other schedule's, over the replicates of both.

    Args:
        outcomes: task, schedule, seed, and the metric, one row per run.
        ours: name of a schedule.
        metric: name of the column.
        confidence: level of Student's t interval.

    Returns:
        Rows of :class:`pathlode.schedule.artefacts.PolicyComparisons`; differences are NaN for ``ours`` itself.

    Raises:
        DataError: if a task has no runs of ``ours``.
    """
    rows = []
    for task, runs in outcomes.groupby("task", sort=False):
        by_seed = runs.pivot(index="seed", columns="schedule", values=metric)
        if ours not in by_seed:
            raise DataError(
                f"task {task} has no runs of {ours!r}, with which the others are compared: run {ours!r} there too"
            )
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
    return pd.DataFrame(rows).reindex(columns=list(PolicyComparisons.columns))


def half_width(values: pd.Series, confidence: float) -> float:
    """Half of Student's t interval of the mean, t_{n-1} s / √n; NaN for fewer than two values."""
    if len(values) < 2:
        return math.nan
    quantile = float(stdtrit(len(values) - 1, (1 + confidence) / 2))
    return quantile * float(values.std(ddof=1)) / math.sqrt(len(values))


def _interval(differences: pd.Series, confidence: float) -> dict[str, float]:
    mean = float(differences.mean())
    if len(differences) < 2:
        return {"difference": mean}
    if differences.max() - differences.min() < SAME:  # two policies with the same decisions
        return {"difference": mean, "low": mean, "high": mean}
    half = half_width(differences, confidence)
    return {"difference": mean, "low": mean - half, "high": mean + half}


def policy_summary(runs: pd.DataFrame, compared: pd.DataFrame, ours: str, parametric: Sequence[str]) -> pd.DataFrame:
    """Summary of all policies for readers, as text, one row per task and policy.

    Args:
        runs: task, schedule, setting, and each run's scores and seconds, including :data:`BEST_PARAMETRIC`.
        compared: differences of ``test_last`` from :func:`compare_policies`.
        ours: name of the schedule that the others are compared with.
        parametric: names of the parametric schedules, of which :data:`BEST_PARAMETRIC` is the best.
    """
    rows = []
    for _, row in compared.iterrows():
        own = runs[(runs["task"] == row["task"]) & (runs["schedule"] == row["schedule"])]
        best = row["schedule"] == BEST_PARAMETRIC
        rows.append(
            {
                "task": row["task"],
                "schedule": f"best of {', '.join(parametric)}" if best else row["schedule"],
                "setting": _chosen(own["setting"]),
                "accuracy, last epoch (%)": f"{100 * row['mean']:.2f}",
                f"{ours} minus it": _difference(row),
                "best validation (%)": f"{100 * own['test_best_val'].mean():.2f}",
                "top Hessian eigenvalue": f"{own['sharpness'].median():.3g}",
                "seconds": f"{own['seconds'].mean():.2g}",
                "with the sweep": f"{own['seconds_with_sweep'].mean():.3g}",
            }
        )
    return pd.DataFrame(rows)


def _chosen(settings: pd.Series) -> str:
    """The settings that replicates chose, the most frequent first, with their numbers if they differ."""
    counts = settings.astype(str).value_counts(sort=False).sort_values(ascending=False, kind="stable")
    return ", ".join(f"{name} ({count})" if len(counts) > 1 else str(name) for name, count in counts.items())


def _difference(row: pd.Series) -> str:
    """A difference with its interval in percent, or a dash if there is none."""
    if pd.isna(row["low"]):
        return "–"
    middle, low, high = (f"{100 * row[name]:+.2f}" for name in ("difference", "low", "high"))
    return f"{middle} [{low}, {high}]"
