"""Figures of the inference chapter that score flows over many systems."""

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from scipy.stats import ecdf, kstest, kstwo

from pathlode.arrays import Array
from pathlode.inference.scores import AS_IN_TRAINING
from pathlode.plots.style import (
    MEDIAN_AND_RANGE,
    PALETTE,
    POINT_MARKERS,
    WIDTH,
    legend_above,
    line_styles,
    log_scale,
    three_a_line,
)
from pathlode.reporting.naming import symbol

GRID = np.linspace(0, 1, 201)
CALIBRATED = 0.95
"""Probability with which the curve of a calibrated posterior lies in the grey band."""


def ranks(names: Sequence[str], by_summary: Mapping[str, Array]) -> Figure:
    """Simulation-based calibration: the cumulative distribution of the truths' ranks minus the uniform one, one panel per
    parameter. A line leaves the band if the Kolmogorov-Smirnov test has p < 1 - :data:`CALIBRATED`.

    Args:
        names: names of the parameters.
        by_summary: share of the draws below the truth, (system, parameter), by summary.
    """
    figure, axes = three_a_line(len(names), 1.9)
    styles = line_styles(list(by_summary))
    for column, (axis, name) in enumerate(zip(axes, names, strict=True)):
        for number, (summary, share) in enumerate(by_summary.items()):
            if number == 0:
                reach = kstwo.ppf(CALIBRATED, len(share))
                axis.axhspan(-reach, reach, color="0.88", lw=0, label=f"{100 * CALIBRATED:g} % if calibrated")
            cumulated = ecdf(share[:, column]).cdf
            look = {"color": styles[summary].colour, "ls": styles[summary].dashes}
            axis.plot(GRID, cumulated.evaluate(GRID) - GRID, lw=1.1, label=summary, **look)
        p = kstest(next(iter(by_summary.values()))[:, column], "uniform").pvalue
        axis.set_title(f"{symbol(name)}, {next(iter(by_summary))}: p = {p:.2g}")
    figure.supxlabel("rank of the truth among the draws, as a share", fontsize=9)
    figure.supylabel("share of truths below less expected share", fontsize=9)
    legend_above(figure, axes[0])
    return figure


def coverage(tarp: Mapping[str, tuple[Array, Array]], dense: Mapping[str, tuple[Array, Array]], systems: int) -> Figure:
    """Coverage of credible regions: balls around random points (TARP), and regions of highest density.

    Args:
        tarp: credibilities and coverage of TARP, by summary.
        dense: credibilities and coverage of regions of highest density, by summary.
        systems: number of held-out systems.
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.3), sharex=True, sharey=True, layout="constrained")
    level = np.linspace(0, 1, 101)
    spread = NormalDist().inv_cdf((1 + CALIBRATED) / 2) * np.sqrt(level * (1 - level) / systems)
    for axis, curves, title in zip(
        axes, (tarp, dense), ("around random points (TARP)", "of highest density"), strict=True
    ):
        axis.fill_between(
            level,
            level - spread,
            level + spread,
            color="0.88",
            lw=0,
            label=f"{100 * CALIBRATED:g} % at one level if calibrated",
        )
        axis.plot(level, level, color="0.6", lw=1)
        for (summary, (at, covered)), style in zip(curves.items(), line_styles(list(curves)).values(), strict=True):
            axis.plot(at, covered, color=style.colour, ls=style.dashes, label=summary)
        axis.set_title(f"regions {title}")
        axis.set_aspect("equal")
    figure.supxlabel("credibility", fontsize=9)
    axes[0].set_ylabel("share of truths inside")
    legend_above(figure, axes[0])
    return figure


def simulations(scores: pd.DataFrame, floor: float) -> Figure:
    """Log-probability of the truth, its distance below that of the reference posteriors, and C2ST to them, against the number
    of simulations; medians and ranges over replicates. Flows that are trained on fresh simulations have a horizontal line.

    Args:
        scores: the table of all scores; those under the training's observation design are shown.
        floor: mean accuracy of classifying two sets of draws from a reference posterior against each other.
    """
    rows = scores[(scores["parameter"] == "all") & (scores["condition"] == AS_IN_TRAINING)]
    labels = {
        "mean_log_prob": "log-probability of the truth",
        "log_prob_gap": "log-probability below\nthe reference",
        "c2st": "C2ST to the reference",
    }
    figure, axes = plt.subplots(1, len(labels), figsize=(WIDTH, 3.1), layout="constrained")
    for axis, (metric, title) in zip(axes, labels.items(), strict=True):
        for number, ((backend, summary), some) in enumerate(rows.groupby(["backend", "summary"], sort=False)):
            by_size = some.groupby("n_train")[metric].agg(["median", "min", "max"])
            colour, label = PALETTE[number % len(PALETTE)], f"{summary} ({backend})"
            if 0 in by_size.index:
                median, low, high = by_size.loc[0]
                axis.axhline(median, color=colour, ls="-.", label=f"{label}, fresh")
                axis.axhspan(low, high, color=colour, alpha=0.15, lw=0)
                continue
            marker = POINT_MARKERS[number % len(POINT_MARKERS)]
            axis.plot(by_size.index, by_size["median"], label=label, color=colour, marker=marker, ms=4)
            axis.fill_between(by_size.index, by_size["min"], by_size["max"], color=colour, alpha=0.15, lw=0)
        log_scale(axis, "x")
        axis.set_title(title)
    axes[1].axhline(0.0, color="0.6", lw=1, ls="--")
    axes[2].axhline(floor, color="0.6", lw=1, ls="--", label="reference")
    figure.supxlabel("simulations that flows are fitted to", fontsize=9)
    legend_above(figure, axes[2])
    return figure


def gap_and_cost(scores: pd.DataFrame, chains: Array) -> Figure:
    """Distance of the truth's log-probability below that of the reference posteriors, against the cost of training. The cost
    of the reference's Markov chains is a point on the line of no distance. Medians and ranges over replicates.

    A flow is trained once for all systems, chains run once for each.

    Args:
        scores: the table of all scores; those under the training's observation design are shown.
        chains: CPU seconds of the chains of each system.
    """
    rows = scores[(scores["parameter"] == "all") & (scores["condition"] == AS_IN_TRAINING)]
    figure, axis = plt.subplots(figsize=(0.7 * WIDTH, 3.2), layout="constrained")

    def point(seconds: Array, gap: Array, **look: Any) -> None:
        x, y = np.median(seconds), np.median(gap)
        ranges = [[[x - seconds.min()], [seconds.max() - x]], [[y - gap.min()], [gap.max() - y]]]
        axis.errorbar(x, y, xerr=ranges[0], yerr=ranges[1], elinewidth=0.9, ls="none", **look)

    for number, ((backend, summary), some) in enumerate(rows.groupby(["backend", "summary"], sort=False)):
        colour, marker = PALETTE[number % len(PALETTE)], POINT_MARKERS[number % len(POINT_MARKERS)]
        for place, (_, own) in enumerate(some.groupby("n_train")):
            label = f"{summary} ({backend})" if place == 0 else None
            seconds, gap = (own[name].to_numpy() for name in ("train_seconds", "log_prob_gap"))
            point(seconds, gap, color=colour, marker=marker, ms=5, label=label)
    point(chains, np.zeros(1), color="black", marker="*", ms=9, label="chains, one system")
    axis.axhline(0.0, color="0.6", lw=1, ls="--", zorder=0)
    log_scale(axis, "x")
    axis.set_xlabel("CPU seconds")
    axis.set_ylabel("log-prob. below the reference")
    legend_above(figure, axis, ncols=3)
    return figure


def robustness(scores: pd.DataFrame) -> Figure:
    """Error and calibration under other observation designs than in training: one panel per measure, one row per condition, one
    marker per summary."""
    labels = {
        "rmse_over_prior_sd": "RMSE / standard deviation\nof the prior",
        "coverage_error": "coverage error\n0: calibrated",
    }
    conditions, summaries = list(scores["condition"].unique()), list(scores["summary"].unique())
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.6 * len(conditions) + 1.3), sharey=True, layout="constrained")
    rows = scores[scores["parameter"] == "all"]
    hue = {
        "hue": "summary",
        "hue_order": summaries,
        "palette": [style.colour for style in line_styles(summaries).values()],
    }
    look = {
        "markers": list(POINT_MARKERS[: len(summaries)]),
        "ms": 4,
        "mew": 0.5,
        "linestyle": "none",
        "err_kws": {"lw": 0.9},
    }
    for axis, (metric, label) in zip(axes, labels.items(), strict=True):
        dodge = 0.6 * (1 - 1 / len(summaries))
        sns.pointplot(rows, x=metric, y="condition", ax=axis, dodge=dodge, **hue, **look, **MEDIAN_AND_RANGE)
        axis.set_xlabel(label)
        axis.set_ylabel("")
        axis.get_legend().remove()
    axes[1].axvline(0, color="0.6", lw=1, zorder=0)
    legend_above(figure, axes[0])
    return figure
