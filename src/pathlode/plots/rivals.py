"""Figures of the comparison of rivals: error against cost, errors out of range, and mean ranks with critical differences."""

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from scipy.optimize import isotonic_regression

from pathlode.plots.ranks import ranking_of, ranks_in_panels
from pathlode.plots.style import BLUE, WIDTH, LineStyle, line_styles, log_scale
from pathlode.reporting.naming import readable
from pathlode.rivals.columns import EVERYWHERE, HIDDEN, SHORT, TRIVIAL
from pathlode.rivals.ranks import Ranking
from pathlode.rivals.results import OUTSIDE_ERRORS, RIVAL_ERRORS

COST_AXES = {
    "train_seconds": "CPU s to train",
    "predict_ms": "CPU ms to predict a series",
    "n_parameters": "parameters",
}
"""Costs that are shown, with their labels."""
LABEL_GAP = 0.075
"""Least distance of two labels, as a share of a panel's height."""


def error_against_cost(scores: pd.DataFrame, failed: pd.DataFrame, rows: Sequence[str]) -> Figure:
    """Median error of each row against each of its costs: one line of panels per data set, one column per cost.

    The error is that of the next window, or at hidden values where nothing is forecast. Names stand at the right, at the height
    of their points in all panels of a line. A failing row is hollow; the dashed line is the prediction without a model.

    Args:
        scores: rows of :class:`pathlode.rivals.results.RivalScores`.
        failed: rows of :class:`pathlode.rivals.results.RivalFailures`.
        rows: names in the order of their styles.
    """
    data, styles = list(dict.fromkeys(scores["data"])), line_styles([name for name in rows if name != TRIVIAL])
    figure, axes = plt.subplots(
        len(data),
        len(COST_AXES),
        figsize=(WIDTH, 2.1 * len(data) + 0.2),
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    for line, name in zip(axes, data, strict=True):
        own = scores[scores["data"] == name]
        metric = "extrapolation_nmse" if own["extrapolation_nmse"].notna().any() else "interpolation_nmse"
        middle = own.groupby("row")[[metric, *COST_AXES]].median()
        broken = set(failed.loc[failed["data"] == name, "row"])
        points = middle.drop(index=TRIVIAL, errors="ignore").dropna(subset=[metric])
        for axis, (cost, label) in zip(line, COST_AXES.items(), strict=True):
            for row, place in points.iterrows():
                style = styles[str(row)]
                face = "none" if row in broken else style.colour
                axis.plot(place[cost], place[metric], style.marker, ms=5, color=style.colour, mfc=face)
            if TRIVIAL in middle.index:
                axis.axhline(middle.loc[TRIVIAL, metric], color="0.6", ls="--", lw=0.8)
            log_scale(axis, "y")
            _plain_scale(axis)
            axis.grid(lw=0.4, color="0.92")
            axis.set_xlabel(label if name == data[-1] else "")
        line[0].set_ylabel(f"{readable(name)}\nNMSE {_where(metric, own)}", fontsize=8)
        heights = points[metric].to_dict() | ({TRIVIAL: middle.loc[TRIVIAL, metric]} if TRIVIAL in middle.index else {})
        _label_heights(line[-1], {str(row): height for row, height in heights.items()}, styles)
    return figure


def _where(metric: str, own: pd.DataFrame) -> str:
    return SHORT[metric] if own["extrapolation_nmse"].notna().any() else HIDDEN


def _plain_scale(axis: Axes) -> None:
    """A logarithmic axis of costs with a few plain numbers, that spans a factor of four at least."""
    axis.set_xscale("log")
    low, high = axis.get_xlim()
    wider = max(1.0, math.sqrt(4 * low / high))
    low, high = axis.set_xlim(low / wider, high * wider)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)))
    ticks = [digit * 10.0**power for power in powers for digit in ((1, 2, 5) if high < 50 * low else (1,))]
    axis.set_xticks([tick for tick in ticks if low <= tick <= high])
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.xaxis.set_minor_formatter(NullFormatter())


def _label_heights(axis: Axes, heights: Mapping[str, float], styles: Mapping[str, LineStyle]) -> None:
    """Writes names to the right of a panel, near the height of their points, each joined by a line to its name's left end."""
    low, high = np.log(axis.get_ylim())
    places = {
        name: (np.log(height) - low) / (high - low)
        for name, height in sorted(heights.items(), key=lambda pair: pair[1])
    }
    for (name, place), label in zip(places.items(), _apart(list(places.values())), strict=True):
        colour = styles[name].colour if name in styles else "0.4"
        axis.annotate(
            readable(name), (1.0, place), (1.12, label), "axes fraction", va="center", fontsize=7.5, color=colour,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.6, "color": colour, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 0},
        )  # fmt: skip


def _apart(places: Sequence[float]) -> list[float]:
    """Increasing places between 0 and 1, at least :data:`LABEL_GAP` apart and otherwise near the given ones."""
    shifts = LABEL_GAP * np.arange(len(places))
    moved = isotonic_regression(np.asarray(places) - shifts).x
    return list(np.clip(moved, 0, max(0, 1 - shifts[-1])) + shifts) if len(places) else []


def critical_differences(table: pd.DataFrame) -> Figure:
    """Mean ranks of the rows with their critical difference: one line of panels per data set, one column per error.

    A bar joins rows between which the test finds no difference.

    Args:
        table: rows of :class:`pathlode.rivals.results.RivalRanks`.
    """
    groups = table.groupby(["data", "metric"], sort=False)
    shown = {(str(name), str(metric)): ranking_of(own) for (name, metric), own in groups}
    data, metrics = list(dict.fromkeys(table["data"])), list(dict.fromkeys(table["metric"]))

    def titled(name: str, metric: str) -> tuple[str, Ranking] | None:
        if (name, metric) not in shown:
            return None
        alone = name != EVERYWHERE and not any((name, other) in shown for other in metrics if other != metric)
        what = "data sets" if name == EVERYWHERE else f"replicates of {readable(name)}"
        ranked = shown[name, metric]
        return f"{ranked.blocks} {what}\nerror {HIDDEN if alone else SHORT[metric]}", ranked

    return ranks_in_panels([[titled(name, metric) for metric in metrics] for name in data])


def errors_out_of_range(scores: pd.DataFrame, rows: Sequence[str]) -> Figure:
    """Median error of each row with parameters in the training's range and outside it: one line of panels per system, one
    column per error.

    The rows of a line are ordered by their error outside, in the next window. Systems and rows without such errors are left
    out.

    Args:
        scores: rows of :class:`pathlode.rivals.results.RivalScores`.
        rows: names, of which those that are scored are shown.
    """
    asked = scores[scores["row"].isin(rows)].dropna(subset=list(OUTSIDE_ERRORS))
    middle = asked.groupby(["data", "row"], sort=False)[[*RIVAL_ERRORS, *OUTSIDE_ERRORS]].median()
    data = list(dict.fromkeys(asked["data"]))
    counts = [len(middle.loc[name]) for name in data] or [1]
    figure, axes = plt.subplots(
        len(counts), len(SHORT), figsize=(WIDTH, 0.2 * sum(counts) + 0.6 * len(counts) + 0.4), sharey="row", squeeze=False,
        layout="constrained", gridspec_kw={"height_ratios": counts},
    )  # fmt: skip
    for line, name in zip(axes, data, strict=False):
        own = middle.loc[name].sort_values("outside_extrapolation_nmse", ascending=False)
        for axis, metric in zip(line, SHORT, strict=True):
            _draw_pairs(axis, own[metric], own[f"outside_{metric}"])
            axis.set_title(f"{readable(name)}, {SHORT[metric]}", fontsize=8)
        line[0].set_yticks(range(len(own)), [readable(str(row)) for row in own.index])
    for axis in axes[-1]:
        axis.set_xlabel("NMSE")
    axes[0, 0].legend(*axes[0, -1].get_legend_handles_labels(), loc="lower left", bbox_to_anchor=(0, 1.15), ncols=2)
    return figure


def _draw_pairs(axis: Axes, inner: pd.Series, outer: pd.Series) -> None:
    """A line for each row from one error to the other, on a logarithmic axis."""
    places = range(len(inner))
    axis.hlines(places, inner, outer, color="0.75", lw=1)
    axis.plot(inner, places, "o", ms=4, color=BLUE, mfc="white", label="parameters as in training")
    axis.plot(outer, places, "o", ms=4, color=BLUE, label="out of its range")
    log_scale(axis, "x")
    axis.grid(axis="x", lw=0.4, color="0.92")
