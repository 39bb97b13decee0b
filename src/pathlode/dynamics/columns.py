"""Columns derived from tunings, from training histories and from the scores of models of several sizes."""

from collections.abc import Sequence

import pandas as pd

from pathlode.dynamics.artefacts import SETTING

TOLERANCE = 2.0
"""Errors up to this ratio to the best are as good, in :func:`parameters_needed`: the margin of claims on forecasts. Without it,
noise would decide which of the large models counts as the first that is good enough."""
LATE = 0.9
"""Share of a training's steps after which :func:`late_falls` asks whether the validation error still falls."""


def choices_at_edges(tunings: pd.DataFrame) -> pd.DataFrame:
    """Where the chosen settings lie among those tried, one row per system and row.

    Args:
        tunings: rows of :class:`pathlode.dynamics.artefacts.Tuning`, the best of each replicate first.

    Returns:
        system and row; for learning_rate and weight the columns ``<name>_tried``, the smallest and the largest value in words,
        and ``<name>_smallest`` and ``<name>_largest``, the share of the replicates that chose the smallest and the largest one
        of those that they tried. The shares are NaN if there was one value alone.
    """
    rows = []
    for (system, row), group in tunings.groupby(["system", "row"], sort=False):
        line: dict[str, object] = {"system": system, "row": row}
        for name in ("learning_rate", "weight"):
            tried = group.groupby("seed")[name].agg(["first", "min", "max"])
            ends = tried["min"].min(), tried["max"].max()
            alone = ends[0] == ends[1]
            line[f"{name}_tried"] = f"{ends[0]:g}" if alone else f"{ends[0]:g} to {ends[1]:g}"
            for edge, end in (("smallest", "min"), ("largest", "max")):
                line[f"{name}_{edge}"] = float("nan") if alone else (tried["first"] == tried[end]).mean()
        rows.append(line)
    return pd.DataFrame(rows)


def late_falls(histories: pd.DataFrame) -> pd.DataFrame:
    """Whether each run's validation error still falls at its end, one row per run.

    Args:
        histories: as in :func:`time_to_target`.

    Returns:
        system, row, seed and ``late_fall``, the least validation error over the least one up to :data:`LATE` of the steps: 1 if
        the last steps lower it no more.
    """
    run = ["system", "row", "seed"]
    early = histories["step"] <= LATE * histories.groupby(run)["step"].transform("max")
    least = [some.groupby(run, sort=False)["validation_mse"].min() for some in (histories, histories[early])]
    return (least[0] / least[1]).rename("late_fall").reset_index()


def time_to_target(histories: pd.DataFrame, pairs: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Steps and seconds until each run's validation error first reaches a target, one row per run.

    Each pair of rows that is compared has a target of its own on every system: the largest, over its rows, of the median best
    error, so the median run of both rows reaches it. All other rows have the target of the first pair. A run that never reaches
    its target is charged its whole length (``reached`` is False), which favours that run.

    Args:
        histories: rows of the training histories: the columns :data:`pathlode.dynamics.artefacts.SETTING`, seed, step,
            seconds, validation_mse.
        pairs: the rows that claims compare with each other; a pair without runs on a system defines no target there.

    Returns:
        the columns of SETTING, seed, target_mse, reached, steps_to_target, seconds_to_target, train_seconds.
    """
    rows = []
    for _, group in histories.groupby("system", sort=False):
        best = group.groupby(["row", "seed"])["validation_mse"].min().groupby("row").median()
        targets = {row: best[best.index.isin(pair)].max() for pair in pairs for row in pair}
        for (row, seed), run in group.groupby(["row", "seed"], sort=False):
            target = targets.get(str(row), targets[pairs[0][0]])
            below = run[run["validation_mse"] <= target]
            at = (below if len(below) else run.iloc[-1:]).iloc[0]
            rows.append(
                {
                    **{name: run[name].iloc[0] for name in SETTING},
                    "seed": seed,
                    "target_mse": target,
                    "reached": len(below) > 0,
                    "steps_to_target": at["step"],
                    "seconds_to_target": at["seconds"],
                    "train_seconds": run["seconds"].iloc[-1],
                }
            )
    return pd.DataFrame(rows)


def parameters_needed(sizes: pd.DataFrame, compared: Sequence[str], metric: str) -> pd.DataFrame:
    """The fewest parameters with which each replicate's error reaches a target, one line per system, row and replicate.

    The target is common to all rows of one system. It is :data:`TOLERANCE` times the largest, over the compared rows, of the
    best median error, so the median run of every compared row reaches it at some size. A replicate that never reaches it is
    charged the largest size, which favours that replicate.

    Args:
        sizes: the columns :data:`pathlode.dynamics.artefacts.SETTING`, seed, n_parameters, train_seconds and the metric.
        compared: the rows that define the target.
        metric: name of the error.

    Returns:
        the columns of SETTING, seed, target, reached, parameters_needed, train_seconds.
    """
    rows = []
    for _, group in sizes.groupby("system", sort=False):
        medians = group[group["row"].isin(compared)].groupby(["row", "n_parameters"])[metric].median()
        target = TOLERANCE * medians.groupby("row").min().max()
        for (_, seed), runs in group.groupby(["row", "seed"], sort=False):
            enough = runs.loc[runs[metric] <= target, "n_parameters"]
            rows.append(
                {
                    **{name: runs[name].iloc[0] for name in SETTING},
                    "seed": seed,
                    "target": target,
                    "reached": len(enough) > 0,
                    "parameters_needed": enough.min() if len(enough) else runs["n_parameters"].max(),
                    "train_seconds": runs["train_seconds"].sum(),
                }
            )
    return pd.DataFrame(rows)
