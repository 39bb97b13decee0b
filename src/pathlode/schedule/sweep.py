"""The sweep of a replicate: past runs from which policies learn."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pathlode.schedule.artefacts import TUNING
from pathlode.schedule.runs import Runs


def swept(
    logs: pd.DataFrame, seed: int, schedules: Sequence[str] | None = None, repeats: int | None = None
) -> pd.DataFrame:
    """Logs of a replicate's tuning runs.

    Args:
        logs: as in :class:`pathlode.schedule.artefacts.PolicyLogs`.
        seed: number of the replicate.
        schedules: schedules to keep; None for all.
        repeats: runs of each setting to keep, the first ones; None for all.
    """
    kept = (logs["phase"] == TUNING) & (logs["seed"] == seed)
    if schedules is not None:
        kept &= logs["schedule"].isin(schedules)
    if repeats is not None:
        kept &= logs["repeat"] <= repeats
    return logs[kept].reset_index(drop=True)


def learnable(sweep: pd.DataFrame, name: str) -> Runs:
    """The runs of a sweep that did not diverge.

    Args:
        sweep: a table from :func:`swept`.
        name: name of the sweep, for messages.

    Raises:
        DataError: if fewer than two remain.
    """
    finite = np.isfinite(sweep[["train_loss", "val_loss", "val_metric"]].to_numpy(float)).all(axis=1)
    diverged = sweep.loc[~finite, "run_id"].unique()
    return Runs(sweep[~sweep["run_id"].isin(diverged)].reset_index(drop=True), name)


def sweep_seconds(sweep: pd.DataFrame) -> float:
    """Sum of the seconds of all runs of a sweep, each up to its last row.

    Args:
        sweep: a table from :func:`swept`.
    """
    return float(sweep.groupby("run_id")["seconds"].last().sum())


def seconds_learning(sweep: pd.DataFrame, fit: float) -> float:
    """Time that a policy needs to learn before its own runs: :func:`sweep_seconds` + the seconds of the fit.

    Args:
        sweep: as :func:`swept` gives it.
        fit: seconds of fitting one model to the sweep's runs.
    """
    return sweep_seconds(sweep) + fit
