"""Figures of the chapter of real data."""

import itertools
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from pathlode.plots.style import BLACK, MEDIAN_AND_RANGE, WIDTH, LineStyle, line_styles, mark_invented, styles_by_group
from pathlode.real.results import SeriesExamples
from pathlode.reporting.naming import readable

SCORES = {"error": "squared error\n(training mean: 1)", "auroc": "AUROC", "accuracy": "accuracy"}
"""Metrics that are shown, with their labels."""
RIVALS = "0.45"
"""Colour of predictions that are no latent ODE's."""


def scores(table: pd.DataFrame, data: str, models: Sequence[str], losses: Mapping[str, str]) -> Figure:
    """Scores of models on one data set, a panel for each task: median over replicates, their range, and each replicate.

    Args:
        table: rows of :class:`pathlode.real.results.RealScores`.
        data: name of the data set.
        models: the models, from top to bottom; those without a score are left out. Trees and simple predictions are grey.
        losses: the loss of each model that is trained by one. Models of one loss have one colour, and markers of their own.
    """
    own = table[(table["data"] == data) & table["metric"].isin(SCORES) & table["model"].isin(models)]
    tasks, models = list(dict.fromkeys(own["task"])), [name for name in models if name in set(own["model"])]
    figure, axes = plt.subplots(1, len(tasks), figsize=(WIDTH, 0.24 * len(models) + 1.25), sharey=True, squeeze=False)
    figure.set_layout_engine("constrained", w_pad=0.12)  # so the outer numbers of neighbours do not meet
    styles = styles_by_group({name: losses[name] for name in models if name in losses})
    looks = {name: styles.get(name, LineStyle(RIVALS, "-")) for name in models}
    order, colours = [readable(name) for name in models], {readable(name): look.colour for name, look in looks.items()}
    told_by = "from z0 or by a head" if any(name.endswith("_head") for name in models) else "from z0"
    for axis, task in zip(axes[0], tasks, strict=True):
        rows = own[own["task"] == task]
        shown = rows.assign(model=rows["model"].map(readable))
        given = {"data": shown, "x": "value", "y": "model", "order": order, "ax": axis, "hue": "model"}
        given |= {"hue_order": order, "palette": colours}
        markers = [look.marker for look in looks.values()]
        sns.pointplot(**given, markers=markers, linestyle="none", markersize=4, err_kws={"lw": 1.2}, **MEDIAN_AND_RANGE)
        sns.stripplot(**given, size=2.5, alpha=0.5, jitter=False)
        metric = rows["metric"].iloc[0]
        axis.set(title=task if metric == "error" else f"{task}, {told_by}", xlabel=SCORES[metric], ylabel="")
        axis.locator_params(axis="x", nbins=5)
        axis.grid(axis="x", lw=0.4, color="0.9")
        if (legend := axis.get_legend()) is not None:
            legend.remove()
    mark_invented(figure, own["source"].iloc[0])
    return figure


def series(shown: SeriesExamples) -> Figure:
    """Test series (columns) at their most measured features (rows): what models read, what they had to predict, predictions."""
    figure, axes = plt.subplots(
        len(shown.features), len(shown.names), figsize=(WIDTH, 1.35 * len(shown.features) + 0.7), squeeze=False,
        sharex="col", sharey="row", layout="constrained",
    )  # fmt: skip
    styles = line_styles(list(shown.predicted))
    for feature, number in itertools.product(range(len(shown.features)), range(len(shown.names))):
        axis, times = axes[feature, number], shown.times[number]
        axis.plot(times, shown.seen[number, :, feature], "o", ms=2.5, color="0.6", label="given")
        axis.plot(times, shown.asked[number, :, feature], "o", ms=3, mfc="none", mew=0.8, color=BLACK, label="asked")
        for name, predicted in shown.predicted.items():
            style = styles[name]
            axis.plot(
                times, predicted[number, :, feature], color=style.colour, ls=style.dashes, lw=1, label=readable(name)
            )
    for axis, name in zip(axes[0], shown.names, strict=True):
        axis.set_title(name)
    for row, name in zip(axes, shown.features, strict=True):
        row[0].set_ylabel(name.replace(" (", "\n("), fontsize=8)
    figure.supxlabel(f"time ({shown.time_unit})", fontsize=9)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    mark_invented(figure, shown.source)
    return figure
