"""The sweep: past runs from which policies learn."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pathlode.schedule.artefacts import TUNING
from pathlode.schedule.runs import Runs


def swept(
    logs: pd.DataFrame, schedules: Sequence[str] | None = None, seeds: Sequence[int] | None = None
) -> pd.DataFrame:
    """Logs of the runs of tuning.

    Args:
        logs: as in :class:`pathlode.schedule.artefacts.PolicyLogs`.
        schedules: only these; None for all.
        seeds: only these; None for all.
    """
    kept = logs["phase"] == TUNING
    for column, chosen in (("schedule", schedules), ("seed", seeds)):
        kept &= logs[column].isin(chosen) if chosen is not None else True
    return logs[kept].reset_index(drop=True)


def learnable(sweep: pd.DataFrame, name: str) -> Runs:
    """The runs of a sweep that did not diverge.

    Args:
        sweep: as :func:`swept` gives it.
        name: of the sweep, for messages.

    Raises:
        DataError: if fewer than two are left.
    """
    finite = np.isfinite(sweep[["train_loss", "val_loss", "val_metric"]].to_numpy(float)).all(axis=1)
    diverged = sweep.loc[~finite, "run_id"].unique()
    return Runs(sweep[~sweep["run_id"].isin(diverged)].reset_index(drop=True), name)


def sweep_seconds(sweep: pd.DataFrame) -> float:
    """Seconds of all runs of a sweep together, each up to its last row.

    Args:
        sweep: as :func:`swept` gives it.
    """
    return float(sweep.groupby("run_id")["seconds"].last().sum())


def seconds_learning(sweep: pd.DataFrame, fit: float) -> float:
    """What a policy took to learn before any of its own runs: :func:`sweep_seconds` + the seconds of the fit.

    Args:
        sweep: as :func:`swept` gives it.
        fit: seconds that fitting one model to the sweep's runs took.
    """
    return sweep_seconds(sweep) + fit
