"""What is derived from training histories and from the scores of models of several sizes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    pass


def time_to_target(histories: pd.DataFrame, compared: Sequence[str]) -> pd.DataFrame:
    """Steps and seconds until each run's validation error first reaches a target, one row a run.

    The target is common to all losses of one system and encoder: the error that the median run of every compared loss
    reaches at some time, that is, the largest of their medians of the best error. A run that never reaches it is charged
    its whole length (``reached`` is False), which favours it.

    Args:
        histories: rows of the training histories: system, encoder, loss, seed, step, seconds, validation_mse.
        compared: the losses that define the target; encoders that train none of them have no rows.

    Returns:
        system, encoder, loss, seed, target_mse, reached, steps_to_target, seconds_to_target, train_seconds.
    """
    rows = []
    for (system, encoder), group in histories.groupby(["system", "encoder"], sort=False):
        best = group[group["loss"].isin(compared)].groupby(["loss", "seed"])["validation_mse"].min()
        if best.empty:  # this encoder trains none of them
            continue
        target = best.groupby("loss").median().max()
        for (loss, seed), run in group.groupby(["loss", "seed"], sort=False):
            below = run[run["validation_mse"] <= target]
            at = (below if len(below) else run.iloc[-1:]).iloc[0]
            rows.append(
                {
                    "system": system,
                    "encoder": encoder,
                    "loss": loss,
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
    """The fewest parameters with which each seed's error reaches a target, one row a system, loss and seed.

    The target is common to all losses of one system: the error that the median run of every compared loss reaches at some
    size, that is, the largest of their best medians. A seed that never reaches it is charged the largest size, which
    favours it.

    Args:
        sizes: system, loss, seed, n_parameters, train_seconds and the metric.
        compared: the losses that define the target.
        metric: name of the error.

    Returns:
        system, loss, seed, target, reached, parameters_needed, train_seconds.
    """
    rows = []
    for system, group in sizes.groupby("system", sort=False):
        medians = group[group["loss"].isin(compared)].groupby(["loss", "n_parameters"])[metric].median()
        target = medians.groupby("loss").min().max()
        for (loss, seed), runs in group.groupby(["loss", "seed"], sort=False):
            enough = runs.loc[runs[metric] <= target, "n_parameters"]
            rows.append(
                {
                    "system": system,
                    "loss": loss,
                    "seed": seed,
                    "target": target,
                    "reached": len(enough) > 0,
                    "parameters_needed": enough.min() if len(enough) else runs["n_parameters"].max(),
                    "train_seconds": runs["train_seconds"].sum(),
                }
            )
    return pd.DataFrame(rows)
