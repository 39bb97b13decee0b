"""Figures of policies on tasks whose best schedule is known."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from pathlode.arrays import Array
from pathlode.plots.style import BLACK, BLUE, PALETTE, PURPLE, VERMILLION, WIDTH, legend_above, log_scale
from pathlode.reporting.naming import readable
from pathlode.schedule.solvable.artefacts import OPTIMAL

MARKED = ("plan", "plan_again", "plan_latent", "plan_latent_again")
"""Policies that plan, which the figures mark."""
DRAWN = {"sweep": BLUE, "lode": PURPLE, "plan": VERMILLION}
"""Policies whose schedules are drawn, with their colours."""
BESIDE = 1.04
"""Ratio of the places of two lists of schedules at one number of past runs."""
LARGEST_RATIO = 20.0
"""Largest ratio to the optimum on an axis; larger ones are at its end."""


def regret(regrets: pd.DataFrame) -> Figure:
    """The ratio of every policy's loss to the least one: a dot with its interval, one panel per task.

    Args:
        regrets: rows of :class:`pathlode.schedule.solvable.artefacts.SolvableRegrets`.
    """
    policies, tasks = list(regrets["policy"].unique()), list(regrets["task"].unique())
    figure, axes = plt.subplots(
        1, len(tasks), figsize=(WIDTH, 0.22 * len(policies) + 0.9), sharey=True, layout="constrained", squeeze=False
    )
    for axis, task in zip(axes[0], tasks, strict=True):
        for place, policy in enumerate(policies):
            _dot(axis, place, regrets[(regrets["task"] == task) & (regrets["policy"] == policy)], policy)
        log_scale(axis, "x")
        _plain_numbers(axis.xaxis, *axis.get_xlim())
        axis.axvline(1.0, color="0.6", lw=0.8, zorder=0)
        axis.set(title=readable(task), xlabel="loss / least loss")
        axis.grid(axis="y", color="0.92", lw=0.6)
        axis.set_axisbelow(True)
    axes[0, 0].set_yticks(range(len(policies)), [readable(name) for name in policies])
    axes[0, 0].invert_yaxis()
    return figure


def _plain_numbers(axis: Axis, low: float, high: float) -> None:
    """Ticks of a logarithmic axis with these ends, as numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high > 3 * low else MaxNLocator(4))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def _dot(axis: Axes, place: int, own: pd.DataFrame, policy: str) -> None:
    for _, row in own.iterrows():
        colour = VERMILLION if policy in MARKED else BLACK
        if not pd.isna(row["low"]):
            ends = np.clip([row["low"], row["high"]], None, LARGEST_RATIO)
            axis.plot(ends, [place, place], color=colour, lw=1.4)
        axis.plot(min(row["ratio"], LARGEST_RATIO), place, "o", color=colour, ms=5, mew=0)


def chosen_schedules(rates: Mapping[str, Mapping[str, Array]]) -> Figure:
    """The rates that :data:`DRAWN` chose in every replicate, over the best schedule, one panel per task.

    Args:
        rates: rates of all steps (replicate, step), by task and policy, with NaN where a policy was not tried.
    """
    figure, axes = plt.subplots(1, len(rates), figsize=(WIDTH, 2.6), layout="constrained", squeeze=False)
    for axis, (task, policies) in zip(axes[0], rates.items(), strict=True):
        for policy, colour in DRAWN.items():
            if policy not in policies:
                continue
            lines = policies[policy][np.isfinite(policies[policy]).all(axis=1)]
            look = {"color": colour, "lw": 0.7, "alpha": 0.6}
            for number, line in enumerate(lines):
                axis.plot(_part(line), line, label=readable(policy) if number == 0 else None, **look)
        best = policies[OPTIMAL][0]
        axis.plot(_part(best), best, color=BLACK, lw=1.6, ls="--", label="best schedule")
        log_scale(axis, "y")
        axis.set(title=readable(task), xlabel="fraction of the training")
        axis.set_ylim(bottom=best.max() / 1e3)
    axes[0, 0].set_ylabel("learning rate")
    legend_above(figure, axes[0, 0])
    return figure


def _part(line: Array) -> Array:
    return (np.arange(len(line)) + 0.5) / len(line)


def from_past_runs(centres: pd.DataFrame) -> Figure:
    """What plans reach, and how well their models predict, against the number of past runs, one column of panels per task.

    A line per list of schedules, with its intervals; dashed, the best of the past runs.

    Args:
        centres: rows of :class:`pathlode.schedule.solvable.artefacts.PastRunsCentres`.
    """
    tasks, numbers = list(centres["task"].unique()), sorted(centres["runs"].unique())
    figure, axes = plt.subplots(2, len(tasks), figsize=(WIDTH, 4.2), sharex=True, layout="constrained", squeeze=False)
    for column, task in zip(axes.T, tasks, strict=True):
        lists = centres[centres["task"] == task].groupby("schedules", sort=False)
        for number, (colour, (name, own)) in enumerate(zip(PALETTE, lists, strict=False)):
            runs = own["runs"] * BESIDE**number  # else intervals hide each other
            column[0].plot(runs, own["best_past"].clip(upper=LARGEST_RATIO), color=colour, ls="--", lw=0.9)
            for axis, measure, top in zip(column, ("plan", "error"), (LARGEST_RATIO, np.inf), strict=True):
                low, middle, high = (own[f"{measure}{end}"].clip(upper=top) for end in ("_low", "", "_high"))
                axis.plot(runs, middle, "o-", color=colour, ms=4, label=f"past schedules: {readable(str(name))}")
                axis.vlines(runs, low, high, color=colour, lw=1)
        column[0].axhline(1.0, color="0.6", lw=0.8, zorder=0)
        column[0].set_title(readable(task))
        column[1].set_xlabel("past runs")
        for axis in column:
            log_scale(axis, "x")
            log_scale(axis, "y")
            axis.set_xticks(numbers, map(str, numbers))
            _plain_numbers(axis.yaxis, *axis.get_ylim())
            axis.minorticks_off()
    axes[0, 0].set_ylabel("loss / least loss")
    axes[1, 0].set_ylabel("error of ln loss")
    legend_above(figure, axes[0, 0])
    return figure
