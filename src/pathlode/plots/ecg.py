"""Figures of the ECG chapter."""

import itertools
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from pathlode.ecg.records import CLASSES
from pathlode.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    MEDIAN_AND_RANGE,
    ORANGE,
    PALETTE,
    POINT_MARKERS,
    PURPLE,
    VERMILLION,
    WIDTH,
    log_scale,
)

CLASS_COLOURS = dict(zip(CLASSES, (BLUE, ORANGE, VERMILLION, GREEN, PURPLE), strict=True))
SHARES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Ticks of an axis that is stretched near 1."""


def reconstructions(
    times: NDArray[np.float32],
    truth: Mapping[str, NDArray[np.float32]],
    seen: Mapping[tuple[str, str], tuple[NDArray[np.float32], NDArray[np.float32]]],
    predicted: Mapping[tuple[str, str], NDArray[np.float32]],
) -> Figure:
    """One test beat of every class (columns) under every condition (rows): the recording, the samples that the encoder sees,
    and the reconstruction.

    Args:
        times: times of the recording, in seconds from the R peak, (time,).
        truth: recorded millivolts by class, (time,).
        seen: times and millivolts that the encoder sees, by condition and class.
        predicted: reconstructions at ``times`` by condition and class, (member, time).
    """
    conditions = list(dict.fromkeys(condition for condition, _ in seen))
    figure, axes = plt.subplots(
        len(conditions),
        len(truth),
        figsize=(WIDTH, 1.25 * len(conditions) + 0.6),
        sharex=True,
        sharey="col",
        squeeze=False,
    )
    for row, condition in zip(axes, conditions, strict=True):
        for axis, (name, recorded) in zip(row, truth.items(), strict=True):
            axis.plot(times, recorded, color="0.7", lw=2.5, label="recorded")
            given = seen[condition, name]
            axis.plot(*given, ".", ms=3 if len(given[0]) < 100 else 1, color=BLACK, label="seen")
            for number, line in enumerate(predicted[condition, name]):
                label = "path-minimized latent ODE" if number == 0 else None
                axis.plot(times, line, color=BLUE, lw=0.9, label=label)
        row[0].set_ylabel(condition, fontsize=8)
    for axis, name in zip(axes[0], truth, strict=True):
        axis.set_title(f"class {name}")
    figure.supxlabel("time from the R peak (s)", fontsize=9)
    figure.supylabel("signal (mV; each column has a scale of its own)", fontsize=9)
    figure.legend(*axes[-1, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.set_layout_engine("constrained")
    return figure


def beat_map(points: NDArray[np.float64], classes: NDArray[np.int8], method: str) -> Figure:
    """Test beats in a plane, coloured by class. Rare classes are drawn last.

    Args:
        points: (beat, 2).
        classes: index of each beat's class.
        method: name of the method that reduced z0 to two dimensions.
    """
    figure, axis = plt.subplots(figsize=(0.6 * WIDTH, 0.5 * WIDTH))
    counts = np.bincount(classes, minlength=len(CLASSES))
    for label in np.argsort(-counts):
        if counts[label]:
            name, chosen = CLASSES[label], classes == label
            axis.plot(
                *points[chosen].T,
                "o",
                ms=2,
                mew=0,
                alpha=0.6,
                color=CLASS_COLOURS[name],
                label=f"{name} ({counts[label]})",
            )
    axis.set_xticks([])
    axis.set_yticks([])
    axis.set_xlabel(f"{method} 1")
    axis.set_ylabel(f"{method} 2")
    axis.legend(markerscale=2.5, loc="center left", bbox_to_anchor=(1, 0.5), title="class (test beats)")
    figure.set_layout_engine("constrained")
    return figure


def roc(truth: NDArray[np.int8], probabilities: Mapping[str, NDArray[np.float32]], classes: str) -> Figure:
    """ROC curves of every class against all others, one panel per condition, down to a false positive rate of 0.001.

    Args:
        truth: index of each test beat's class.
        probabilities: (beat, class) by condition.
        classes: classes to draw.
    """
    from sklearn.metrics import roc_curve  # here, because the import takes one and a half seconds

    figure, axes = _panels(len(probabilities))
    for axis, (condition, given) in zip(axes, probabilities.items(), strict=True):
        for name in classes:
            label = CLASSES.index(name)
            if (truth == label).any():
                false, true, _ = roc_curve(truth == label, given[:, label])
                axis.plot(np.maximum(false, 1e-3), true, color=CLASS_COLOURS[name], label=name)
        log_scale(axis, "x")
        axis.set_xlim(1e-3, 1)
        axis.set_ylim(0, 1.02)
        axis.set_title(condition)
    figure.supxlabel("false positive rate", fontsize=9)
    figure.supylabel("true positive rate", fontsize=9)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(classes))
    figure.set_layout_engine("constrained")
    return figure


def f1_against_rate(scores: pd.DataFrame, models: Sequence[str], conditions: Sequence[str]) -> Figure:
    """Macro F1 against the sampling rate, one line per model with the range over replicates. Columns are splits; rows are
    without and with RR features.

    Args:
        scores: the table of all scores.
        models: models to draw, in this order.
        conditions: conditions that differ in the sampling rate only.
    """
    rows = scores[(scores["class"] == "macro") & scores["condition"].isin(conditions)]
    splits = list(rows["split"].unique())
    figure, axes = plt.subplots(2, len(splits), figsize=(WIDTH, 5), sharex=True, sharey="col", squeeze=False)
    for with_rr, line in zip((False, True), axes, strict=True):
        for axis, split in zip(line, splits, strict=True):
            for number, model in enumerate(models):
                chosen = rows[(rows["split"] == split) & (rows["model"] == model) & (rows["rr"] == with_rr)]
                by_rate = chosen.groupby("rate_hz")["f1"].agg(["median", "min", "max"])
                colour = PALETTE[number % len(PALETTE)]
                axis.plot(
                    by_rate.index,
                    by_rate["median"],
                    marker=POINT_MARKERS[number % len(POINT_MARKERS)],
                    ms=4,
                    color=colour,
                    label=model,
                    zorder=3 - 0.1 * number,  # the first on top
                )
                axis.fill_between(by_rate.index, by_rate["min"], by_rate["max"], color=colour, alpha=0.15, lw=0)
            axis.set_xscale("log", base=2)
            rates = sorted(rows["rate_hz"].unique())
            axis.set_xticks(rates, [f"{rate:g}" for rate in rates])
            axis.set_yscale("logit", nonpositive="clip")
            axis.yaxis.set_major_locator(FixedLocator(SHARES))
            axis.yaxis.set_major_formatter("{x:g}")
            axis.minorticks_off()
            axis.set_title(f"{split.replace('_', '-')} split, {'with' if with_rr else 'without'} RR intervals")
    figure.supxlabel("sampling rate of the test beats (Hz)", fontsize=9)
    figure.supylabel("macro F1", fontsize=9)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    figure.set_layout_engine("constrained")
    return figure


def f1_by_class(scores: pd.DataFrame, models: Sequence[str], condition: str) -> Figure:
    """F1 of each class with RR features, one bar per model with the range over replicates, one panel per split."""
    rows = scores[(scores["condition"] == condition) & scores["rr"]]
    splits = list(rows["split"].unique())
    figure, axes = plt.subplots(len(splits), 1, figsize=(WIDTH, 1.9 * len(splits) + 0.5), sharey=True, squeeze=False)
    shades = dict(zip(models, itertools.cycle(PALETTE), strict=False))
    bars: dict[str, Artist] = {}  # of each model once, whatever splits it is in
    for axis, split in zip(axes[:, 0], splits, strict=True):
        of_split = rows[rows["split"] == split]
        here = [model for model in models if model in set(of_split["model"])]
        look = {"palette": shades, "saturation": 1, "err_kws": {"lw": 0.8, "color": "0.3"}}
        sns.barplot(of_split, x="class", y="f1", hue="model", hue_order=here, ax=axis, **MEDIAN_AND_RANGE, **look)
        handles, names = axis.get_legend_handles_labels()
        bars |= dict(zip(names, handles, strict=True))
        axis.get_legend().remove()
        axis.set_xlabel("")
        axis.set_ylabel("F1")
        axis.set_ylim(0, 1)
        axis.set_title(f"{split.replace('_', '-')} split, {condition}, with RR intervals")
    shown = [model for model in models if model in bars]
    figure.legend([bars[model] for model in shown], shown, loc="outside upper center", ncols=4)
    figure.set_layout_engine("constrained")
    return figure


def _panels(count: int, height: float = 1.8) -> tuple[Figure, list[Axes]]:
    """A grid of panels with common axes, at most three per row; unused panels are hidden."""
    columns = min(count, 3)
    rows = -(-count // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(WIDTH, height * rows + 0.7), sharex=True, sharey=True, squeeze=False
    )
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return figure, list(axes.flat[:count])
