"""Logged runs as one tidy table, whatever tool logged them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.runs import COLUMNS, NEEDED, Runs, too_short, usable_runs

LOGGED = COLUMNS[2:]
"""The columns that ``names`` may contain."""


@dataclass(frozen=True)
class Log:
    """One logged run, each scalar at its own steps.

    Args:
        run_id: unique name of the run.
        title: its displayed name.
        tags: names of the logged scalars.
        history: columns ``step``, ``value`` and ``time`` (in seconds, nan if unknown) of a tag, in the order of logging. Values
            are as logged, texts among them.
        fault: why the run cannot be used, if the tool that logged it knows a reason.
    """

    run_id: str
    title: str
    tags: Collection[str]
    history: Callable[[str], pd.DataFrame]
    fault: str | None = None


def join_logs(logs: Iterable[Log], names: Mapping[str, str], place: str) -> Runs:
    """Runs from scalars that were logged at different steps.

    A run has a row at each step at which ``val_metric`` was logged, with the mean of the ``train_loss`` logged since the
    previous row. The other columns are interpolated linearly in the step and are constant before the first and after the last
    logged value; so is the mean loss where no loss was logged. A resumed training can log two values at one step; the later one
    counts. ``seconds``, unless named, count from the first scalar read. If runs share a title, their ids are appended to it.
    If a loss is all that was logged, name it as ``train_loss`` and as ``val_metric``.

    Warnings say which runs are left out, because they

    * diverged: a number is not finite, or a loss or metric was no longer logged at the end;
    * lack a value of a required column at every step;
    * are short, are called unfinished by the tool that logged them, or ended early
      (:func:`pathlode.schedule.runs.ended_early`).

    Args:
        logs: the runs.
        names: the log's name of each column.
        place: the log's name in messages.

    Raises:
        ConfigError: if ``names`` lacks a required column or contains an unknown one.
        DataError: if no run logged the named scalars, a run logged only some of them, or if
            :class:`pathlode.schedule.runs.Runs` refuses the runs.
    """
    wrong = [f"has {column!r}" for column in names if column not in LOGGED]
    wrong += [f"lacks {column!r}" for column in LOGGED if column in NEEDED and column not in names]
    if wrong:
        raise ConfigError(f"names {wrong[0]}, expected lr, train_loss and val_metric, and any of {', '.join(LOGGED)}")
    tables: dict[str, pd.DataFrame] = {}
    faults: dict[str, str | None] = {}
    titles: dict[str, str] = {}
    seen: set[str] = set()
    for log in logs:
        seen.update(log.tags)
        if log.fault:
            faults[log.run_id], titles[log.run_id] = log.fault, log.title
            continue
        absent = [tag for tag in names.values() if tag not in log.tags]
        if len(absent) == len(names):
            continue
        if absent:
            raise DataError(
                f"{place}: run {log.title!r} logged no {absent[0]!r}, only {listed(log.tags)}; correct the names, or "
                "leave the run out"
            )
        scalars = _scalars(log, names)
        titles[log.run_id], faults[log.run_id] = log.title, _fault(scalars)
        if not faults[log.run_id]:
            tables[log.run_id] = _rows(scalars)
            faults[log.run_id] = too_short(len(tables[log.run_id]))
    if not titles:
        raise DataError(
            f"{place} holds no run that logged {listed(names.values())}, only {listed(seen)}; correct the names"
        )
    shared = Counter(titles.values())
    labels = {run: title if shared[title] == 1 else f"{title} ({run})" for run, title in titles.items()}
    empty = pd.DataFrame(columns=list(NEEDED), dtype=float)
    found = [rows.assign(run_id=labels[run]) for run, rows in tables.items()]
    known = pd.concat(found, ignore_index=True).dropna(axis="columns", how="all") if found else empty
    reasons = {labels[run]: fault for run, fault in faults.items()}
    return usable_runs(known[[column for column in COLUMNS if column in known]], reasons, place)


def listed(tags: Iterable[object]) -> str:
    """Names as text, in alphabetical order, for messages."""
    return ", ".join(sorted(map(str, tags))) or "nothing"


def _scalars(log: Log, names: Mapping[str, str]) -> pd.DataFrame:
    """Columns ``column``, ``step``, ``value``, ``logged`` (the value as text) and ``time`` of a run's named scalars."""
    histories = []
    for column, tag in names.items():
        history = log.history(tag)
        numbers = pd.to_numeric(history["value"], errors="coerce")
        histories.append(history.assign(column=column, value=numbers, logged=history["value"].astype(str)))
    return pd.concat(histories, ignore_index=True).drop_duplicates(["column", "step"], keep="last")


def _fault(scalars: pd.DataFrame) -> str | None:
    """Why a run is left out: a column without a value, a number that is not finite, or a loss or metric that was not logged for
    long at the end."""
    for column in ("val_metric", "train_loss", "lr"):
        if not (scalars["column"] == column).any():
            return f"it logged no {column} at any step"
    wrong = scalars[~np.isfinite(scalars["value"])]
    if len(wrong):
        column, step, logged = wrong[["column", "step", "logged"]].iloc[0]
        return f"its {column} at step {step:g} is {logged}"
    for column in ("train_loss", "val_metric"):
        steps = np.sort(scalars.loc[scalars["column"] == column, "step"].to_numpy(float))
        if scalars["step"].max() - steps[-1] > np.diff(steps, prepend=0.0).max():
            return f"it logged no {column} after step {steps[-1]:g} of {scalars['step'].max():g}"
    return None


def _rows(scalars: pd.DataFrame) -> pd.DataFrame:
    wide = scalars.pivot(index="step", columns="column", values="value")
    moments = wide.index[wide["val_metric"].notna()]
    losses = wide["train_loss"].groupby(np.searchsorted(moments, wide.index)).mean()
    wide["train_loss"] = losses.reindex(range(len(moments))).set_axis(moments)
    rows = wide.interpolate(method="index", limit_direction="both").loc[moments]
    times = scalars[scalars["column"] == "val_metric"].set_index("step")["time"]
    return pd.DataFrame({"seconds": times.loc[moments] - scalars["time"].min()} | dict(rows.items())).reset_index()
