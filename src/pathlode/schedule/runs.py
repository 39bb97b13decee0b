"""Past training runs as data: one tidy table for all loggers, on a clock that all runs share."""

import logging
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.schedule.run_files import read_table, tables_in

logger = logging.getLogger(__name__)

COLUMNS = ("run_id", "step", "epoch", "lr", "train_loss", "val_loss", "val_metric", "seconds")
"""Columns of the tidy table, which has one row per logged moment: the run's name, optimiser steps and epochs taken, learning
rate, mean training loss since the previous row, validation loss, validation metric, and seconds since the run began."""
FLOOR = 1e-3
"""Least rate, as a share of the run's largest; smaller rates are raised to it."""
NEEDED = ("run_id", "step", "lr", "train_loss", "val_metric")
"""The required columns, to which a model of the runs is fitted; the others are optional."""
FEATURES = ("train_loss", "log_lr", "val_metric")
"""The modelled quantities, in this order."""
LOSS, LOG_RATE, METRIC = range(len(FEATURES))
"""Their positions."""
FEWEST = 8
"""Least number of rows of a run."""
WHOLE = 0.95
"""Least share of the planned steps that a whole run takes; a last checkpoint may be a little earlier than the end."""


@dataclass(frozen=True)
class Trajectory:
    """One run on the clock. The clock is the share of the run's optimiser steps, so long and short runs can be compared.

    Args:
        clock: moment of each row of the log, increasing, (row,).
        values: :data:`FEATURES`, (row, feature).
    """

    clock: NDArray[np.float64]
    values: NDArray[np.float64]

    def until(self, now: float) -> "Trajectory":
        """The rows up to a moment, at least the first."""
        known = max(1, int(np.searchsorted(self.clock, now, side="right")))
        return Trajectory(self.clock[:known], self.values[:known])

    def at(self, moments: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at moments, (moment, feature): linear between rows, constant before the first and after the last row."""
        return np.stack([np.interp(moments, self.clock, column) for column in self.values.T], axis=-1)


def trajectory(run: pd.DataFrame) -> Trajectory:
    """One run's table, with the columns :data:`NEEDED`, on the clock.

    Rates below the share :data:`FLOOR` of the run's largest rate are raised to it. They have no effect on the training, but
    would dominate the logarithm.
    """
    log_rates = np.log(run["lr"].clip(lower=FLOOR * run["lr"].max()))
    columns = (run["train_loss"], log_rates, run["val_metric"])
    return Trajectory(run["step"].to_numpy(float) / run["step"].iloc[-1], np.stack(columns, axis=-1).astype(float))


@dataclass(frozen=True)
class Runs:
    """Past runs of one kind of training.

    Args:
        table: columns :data:`NEEDED` and any others of :data:`COLUMNS`, with increasing steps in each run.
        name: the runs' name in messages, for example the folder that they come from.
        left_out: runs of the same place that are not in the table, each with the reason.

    Raises:
        DataError: if a column is missing, a row has no run_id, a number is not finite, a rate is below 0, no rate of a run is
            above 0, steps are below 0 or do not increase, a run has fewer than :data:`FEWEST` rows, or there is only one run.
    """

    table: pd.DataFrame
    name: str = "the runs"
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = [column for column in NEEDED if column not in self.table]
        if missing:
            raise DataError(f"{self.name}: the column {missing[0]!r} is missing, expected {', '.join(NEEDED)}")
        if self.table["run_id"].isna().any():
            raise DataError(f"{self.name}: a row has no run_id; give every run its own")
        object.__setattr__(self, "table", self.table.assign(**self._numbers()))
        for run, rows in self.table.groupby("run_id", sort=False):
            if fault := _fault(run, rows):
                raise DataError(f"{self.name}: {fault}")
        if len(self) < 2:
            found = "is 1 run" if len(self) else "are 0 runs"
            without = "; ".join(f"{run!r} is left out, as {reason}" for run, reason in self.left_out.items())
            raise DataError(
                f"{self.name}: there {found}, expected at least two, of different schedules{'; ' * bool(without)}{without}"
            )

    def _numbers(self) -> pd.DataFrame:
        """The columns of numbers, as such."""
        numbers = [column for column in COLUMNS if column in self.table and column != "run_id"]
        values = self.table[numbers].apply(pd.to_numeric, errors="coerce")
        for column in numbers:
            wrong = ~np.isfinite(values[column]) | ((values[column] < 0) if column == "lr" else False)
            if wrong.any():
                row = self.table[wrong].iloc[0]
                raise DataError(
                    f"{self.name}: {column} of run {row['run_id']!r} at step {row['step']} is {row[column]}, expected a finite "
                    f"number{' of at least 0' * (column == 'lr')}; correct the log, or leave the run out"
                )
        return values

    def __len__(self) -> int:
        return int(self.table["run_id"].nunique())

    @property
    def ids(self) -> list[str]:
        """Names of the runs, in the table's order."""
        return [str(run) for run in self.table["run_id"].unique()]

    @property
    def metric_is_loss(self) -> bool:
        """Whether the training loss stands for the metric in every row, as in logs of a loss only."""
        return bool((self.table["val_metric"] == self.table["train_loss"]).all())

    @property
    def trajectories(self) -> list[Trajectory]:
        """Every run on the clock."""
        return [trajectory(rows) for _, rows in self.table.groupby("run_id", sort=False)]

    def on_clock(self, points: int) -> NDArray[np.float64]:
        """All runs at equally spaced moments from the first to the last optimiser step, (run, point, feature)."""
        return np.stack([run.at(np.linspace(0.0, 1.0, points)) for run in self.trajectories])


def read_runs(path: Path) -> Runs:
    """Runs from one file (CSV, Parquet, JSON lines), or from all such files of a folder.

    A file without a column ``run_id`` is one run, with the file's name. Runs that diverged, ended early or are short are left
    out, and the log says which. Tables do not say how long a run was meant to be: if most runs have one length, shorter ones
    count as ended early. To keep them, make :class:`Runs` of the table. For other names of the columns, and for columns of
    different rows, see :func:`pathlode.schedule.table_logs.read_tables`.

    Raises:
        DataError: if there is no such file, one cannot be read, or :class:`Runs` refuses the table.
    """
    files = tables_in(path)
    if not files or not path.exists():
        raise DataError(f"{path} holds no training runs, expected a CSV or Parquet file, or a folder of them")
    tables = [(file, read_table(file)) for file in files]
    named = [table if "run_id" in table else table.assign(run_id=file.stem) for file, table in tables]
    table = pd.concat(named, ignore_index=True)
    if not set(NEEDED) <= set(table):
        return Runs(table, str(path))  # which says what is missing
    reasons = {str(run): _unusable(rows) for run, rows in table.groupby("run_id", sort=False)}
    return usable_runs(table, reasons, str(path))


def usable_runs(table: pd.DataFrame, reasons: Mapping[str, str | None], name: str) -> Runs:
    """The runs for which there is no reason to leave them out and that did not end early (:func:`ended_early`). A warning names
    the others.

    Args:
        table: as in :class:`Runs`.
        reasons: why a run is left out, or None, by ``run_id``; other runs are kept.
        name: as in :class:`Runs`.
    """
    left_out = {run: reason for run, reason in reasons.items() if reason}
    runs = table["run_id"].astype(str)
    kept = table[~runs.isin(left_out)]
    left_out |= ended_early(pd.to_numeric(kept["step"], errors="coerce").groupby(runs, sort=False).max())
    for run, reason in left_out.items():
        logger.warning("%s: run %r is left out, as %s", name, run, reason)
    return Runs(table[~runs.isin(left_out)].reset_index(drop=True), name, left_out)


def ended_early(last: "pd.Series[float]") -> dict[str, str]:
    """Runs that took less than the share :data:`WHOLE` of the median's steps, each with the reason for leaving it out.

    Only if more than half of the runs have the median's length, up to the same share, is it the length that was meant.

    Args:
        last: last step of each run, by its name.
    """
    usual = float(last.median())
    if not ((last / usual - 1).abs() <= 1 - WHOLE).mean() > 0.5:
        return {}
    early = last[last < WHOLE * usual]
    return {str(run): f"it ends at step {step:g}, and most runs at step {usual:g}" for run, step in early.items()}


def unfinished(step: float, planned: float) -> str | None:
    """The reason for leaving out a run that ended at a step, though its tool had planned more; None if it is whole."""
    return f"it ended at step {step:g} of {planned:g}" if step < WHOLE * planned else None


def _unusable(rows: pd.DataFrame) -> str | None:
    for column in ("lr", "train_loss", "val_metric"):
        wrong = ~np.isfinite(pd.to_numeric(rows[column], errors="coerce"))
        if wrong.any():
            step, value = rows.loc[wrong, ["step", column]].iloc[0]
            return f"its {column} at step {step:g} is {value}"
    return too_short(len(rows))


def too_short(rows: int) -> str | None:
    """The reason for leaving out a run with so few rows; None if there are enough."""
    return f"it has {rows} rows, fewer than {FEWEST}" if rows < FEWEST else None


def _fault(run: Hashable, rows: pd.DataFrame) -> str | None:
    """What is wrong with a run's rows of numbers, in a sentence; None if nothing is."""
    steps = rows["step"].to_numpy(float)
    back = np.flatnonzero(np.diff(steps) <= 0)
    if len(back):
        return (
            f"step {steps[back[0] + 1]:g} of run {run!r} follows step {steps[back[0]]:g}, expected increasing steps; sort the "
            "rows, and give every run its own run_id"
        )
    if not (rows["lr"] > 0).any():
        return f"lr of run {run!r} is 0 throughout; correct the log, or leave the run out"
    if steps[0] < 0:
        return f"run {run!r} begins at step {steps[0]:g}, expected at least 0; count from the run's start"
    if len(rows) < FEWEST:
        return f"run {run!r} has {len(rows)} rows, expected at least {FEWEST}; leave the run out"
    return None
