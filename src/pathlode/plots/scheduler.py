"""Figures of the scheduler chapter: training runs under different learning-rate policies."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from pathlode.arrays import Array
from pathlode.plots.style import BLACK, DASHES, ORANGE, PALETTE, PURPLE, VERMILLION, WIDTH, log_scale
from pathlode.reporting.naming import readable
from pathlode.schedule.comparison import half_width
from pathlode.schedule.forecast import Forecast

AXES = ("training loss", "learning rate", "validation accuracy")


def schedules(logs: pd.DataFrame, parametric: Sequence[str], ours: str) -> Figure:
    """Learning rates against the share of the training, one panel per task: every run of ours, and the schedules of the sweep
    at their best settings.
    """
    figure, axes = _panel_a_task(logs, height=2.6, sharey=True)
    for axis, (_, rows) in zip(axes, logs.groupby("task", sort=False), strict=True):
        for number, (_, run) in enumerate(rows[rows["schedule"] == ours].groupby("seed", sort=False)):
            label = f"{ours}, one line per run" if number == 0 else None
            axis.plot(_share(run), run["lr"], color=VERMILLION, lw=0.8, alpha=0.8, label=label)
        for schedule in parametric:
            run = _first(rows[rows["schedule"] == schedule])
            axis.plot(_share(run), run["lr"], label=readable(schedule), **_style(schedule, parametric))
        log_scale(axis, "y")
        axis.set_xlabel("fraction of the training")
    axes[0].set_ylabel("learning rate")
    floor = logs.loc[logs["lr"] > 0, "lr"].max() / 3e4
    axes[0].set_ylim(bottom=max(floor, logs.loc[logs["lr"] > 0, "lr"].min()))
    _legend(figure, axes)
    return figure


def validation(logs: pd.DataFrame, shown: Sequence[str], ours: str) -> Figure:
    """Validation accuracy against the share of the training: mean over runs, with its standard error as a band; one panel per
    task.
    """
    figure, axes = _panel_a_task(logs, height=2.8)
    for axis, (_, rows) in zip(axes, logs.groupby("task", sort=False), strict=True):
        for schedule in shown:
            curves = rows[rows["schedule"] == schedule].pivot(index="step", columns="seed", values="val_metric")
            share, mean, error = curves.index / curves.index[-1], curves.mean(axis=1), curves.sem(axis=1)
            style = {"color": VERMILLION, "lw": 1.8} if schedule == ours else _style(schedule, shown)
            axis.plot(share, mean, label=readable(schedule), **style)
            axis.fill_between(share, mean - error, mean + error, color=style["color"], alpha=0.15, lw=0)
        late = rows[rows["schedule"].isin(shown) & (rows["step"] > 0.3 * rows["step"].max())]["val_metric"]
        axis.set_ylim(late.quantile(0.05) - 0.01, late.max() + 0.005)
        axis.set_xlabel("fraction of the training")
    axes[0].set_ylabel("validation accuracy")
    _legend(figure, axes)
    return figure


def forecasts(
    runs: Mapping[str, tuple[pd.DataFrame, Sequence[Forecast]]], errors: Mapping[str, Sequence[float]]
) -> Figure:
    """Forecasts from several moments of one run, and the run itself: one column per task, one row per quantity.

    Args:
        runs: log and forecasts by task.
        errors: the model's errors on held-out runs by task, of training loss, log rate and metric. They are the half widths of
            the bands.
    """
    figure, axes = plt.subplots(
        len(AXES), len(runs), figsize=(WIDTH, 5.2), sharex=True, layout="constrained", squeeze=False
    )
    colours = (ORANGE, PURPLE, VERMILLION, *PALETTE)
    for column, (task, (log, forecasts)) in zip(axes.T, runs.items(), strict=True):
        truth = (log["train_loss"], log["lr"], log["val_metric"])
        for row, (axis, values) in enumerate(zip(column, truth, strict=True)):
            axis.plot(_share(log), values, color=BLACK, lw=1, label="run")
            for number, forecast in enumerate(forecasts):
                line = forecast.predicted[:, row]
                low, middle, high = (
                    np.exp(each) if AXES[row] == "learning rate" else each
                    for each in (line - errors[task][row], line, line + errors[task][row])
                )
                axis.fill_between(forecast.share, low, high, color=colours[number], alpha=0.12, lw=0)
                axis.plot(
                    forecast.share,
                    middle,
                    color=colours[number],
                    ls=DASHES[1 + number % 3],
                    label=f"predicted at {forecast.seen:.0%}",
                )
            if AXES[row] == "learning rate":
                log_scale(axis, "y")
        column[0].set_title(task)
        column[-1].set_xlabel("fraction of the training")
    for axis, label in zip(axes[:, 0], AXES, strict=True):
        axis.set_ylabel(label)
    _legend(figure, [axes[0, 0]])
    return figure


def by_schedule(
    outcomes: pd.DataFrame,
    metric: str,
    label: str,
    ours: str,
    confidence: float,
    log: bool = False,
    percent: bool = False,
    margin: float | None = None,
) -> Figure:
    """A metric of every schedule, one panel per task: a tick per run, and a dot at the mean with its interval.

    Args:
        outcomes: task, schedule and the metric, one row per run.
        metric: name of the column.
        label: of the horizontal axis.
        ours: the schedule that is marked.
        confidence: level of Student's t interval.
        log: whether the axis is logarithmic.
        percent: whether it is in per cent.
        margin: largest difference from the mean of ours that counts as none, drawn as a band, in the axis's unit; None for
            no band.
    """
    names = list(outcomes["schedule"].unique())
    outcomes = outcomes.assign(**{metric: outcomes[metric] * (100 if percent else 1)})
    common = {"x": metric, "y": "schedule", "order": names, "hue": "schedule", "legend": False}

    def ends(values: pd.Series) -> tuple[float, float]:
        half = half_width(values, confidence)
        return values.mean() - half, values.mean() + half

    common["palette"] = {name: VERMILLION if name == ours else BLACK for name in names}
    figure, axes = _panel_a_task(outcomes, height=0.22 * len(names) + 0.9, sharey=True)
    for axis, (_, rows) in zip(axes, outcomes.groupby("task", sort=False), strict=True):
        sns.stripplot(rows, ax=axis, **common, jitter=False, marker="|", size=7, linewidth=0.7, alpha=0.6)
        sns.pointplot(rows, ax=axis, **common, errorbar=ends, ms=5, mew=0, linestyle="none", err_kws={"lw": 1.4})
        axis.set_ylabel("")
        if margin is not None:
            middle = rows.loc[rows["schedule"] == ours, metric].mean()
            axis.axvspan(middle - margin, middle + margin, color="0.85", lw=0, zorder=0)
        if log:
            log_scale(axis, "x")
            axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.xaxis.set_major_formatter("{x:g}")
            axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_xlabel(label)
        axis.grid(axis="y", color="0.92", lw=0.6)
        axis.set_axisbelow(True)
    axes[0].set_yticks(range(len(names)), [readable(name) for name in names])
    return figure


def horizon(logs: pd.DataFrame, ours: str, early: Mapping[str, float]) -> Figure:
    """Effect of an early horizon: learning rate (top) and validation accuracy (bottom), one column per task; median over the
    runs, with their full range as a band.

    Args:
        logs: logs of all runs.
        ours: the schedule whose horizon is the end of the training.
        early: schedules with an earlier horizon, and this horizon as a share of the training.
    """
    shown = logs[logs["schedule"].isin([ours, *early])]
    kinds = shown.groupby("task", sort=False)["schedule"].nunique()
    tasks = kinds.index[kinds == kinds.max()]
    figure, axes = plt.subplots(2, len(tasks), figsize=(WIDTH, 4.0), sharex=True, layout="constrained", squeeze=False)
    for column, task in zip(axes.T, tasks, strict=True):
        rows = shown[shown["task"] == task]
        for number, schedule in enumerate([ours, *early]):
            style = {"color": (VERMILLION, BLACK, *PALETTE)[number], "ls": DASHES[number]}
            for axis, name in zip(column, ("lr", "val_metric"), strict=True):
                curves = rows[rows["schedule"] == schedule].pivot(index="step", columns="seed", values=name)
                share = curves.index / curves.index[-1]
                axis.plot(share, curves.median(axis=1), label=readable(schedule), **style)
                axis.fill_between(share, curves.min(axis=1), curves.max(axis=1), color=style["color"], alpha=0.12, lw=0)
                if schedule in early:
                    axis.axvline(early[schedule], color="0.6", lw=0.8, zorder=0)
        log_scale(column[0], "y")
        column[0].set_title(str(task))
        column[1].set_xlabel("fraction of the training")
    axes[0, 0].set_ylabel("learning rate")
    axes[1, 0].set_ylabel("validation accuracy")
    _legend(figure, [axes[0, 0]])
    return figure


def _panel_a_task(table: pd.DataFrame, height: float, sharey: bool = False) -> tuple[Figure, list[Axes]]:
    tasks = list(table["task"].unique())
    figure, axes = plt.subplots(
        1, len(tasks), figsize=(WIDTH, height), sharey=sharey, layout="constrained", squeeze=False
    )
    for axis, task in zip(axes[0], tasks, strict=True):
        axis.set_title(task)
    return figure, list(axes[0])


def _style(schedule: str, among: Sequence[str]) -> dict[str, Any]:
    number = list(among).index(schedule)
    shades = [shade for shade in PALETTE if shade != VERMILLION]
    return {"color": shades[number % len(shades)], "ls": DASHES[number % len(DASHES)], "lw": 1.2}


def _first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["seed"] == rows["seed"].iloc[0]]


def _share(run: pd.DataFrame) -> Array:
    return (run["step"] / run["step"].iloc[-1]).to_numpy()


def _legend(figure: Figure, axes: Sequence[Axes]) -> None:
    handles, labels = max((axis.get_legend_handles_labels() for axis in axes), key=lambda pair: len(pair[0]))
    figure.legend(handles, labels, loc="outside upper center", ncols=5)
