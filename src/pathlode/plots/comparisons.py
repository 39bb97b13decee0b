"""Figures that compare settings across systems."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from pathlode.dynamics.shown import ShownData
from pathlode.parts import DEFAULT_MODEL, DEFAULT_PARTS
from pathlode.plots.dynamics import draw_trajectory
from pathlode.plots.style import MEDIAN_AND_QUARTILES, WIDTH, LineStyle, line_with_band, log_scale
from pathlode.reporting.naming import readable, symbol


def systems(
    data: Mapping[str, ShownData],
    predicted: Mapping[tuple[str, str], NDArray[np.float64]],
    rows: Sequence[str],
    styles: Mapping[str, LineStyle],
) -> Figure:
    """One test trajectory of every system with its predictions: one line of panels per system, one column per row.

    Args:
        data: what is shown of each system's data set.
        predicted: of one replicate, (example, time, feature), by system and row.
        rows: rows to show.
        styles: style by row.
    """
    figure, axes = plt.subplots(
        len(data), len(rows), figsize=(WIDTH, 1.4 * len(data) + 0.5), sharex="row", sharey="row", squeeze=False
    )
    for line, (system, test) in zip(axes, data.items(), strict=True):
        example = test.liveliest
        for axis, row in zip(line, rows, strict=True):
            draw_trajectory(axis, test, example, predicted[system, row][example], styles[row].colour)
        line[0].set_ylabel(f"{textwrap.fill(readable(system), 14)}\n{symbol(test.features[0])}", fontsize=8)
        line[-1].set_xlabel(test.time)
        line[0].set_xlabel(test.time)
    for axis, row in zip(axes[0], rows, strict=True):
        axis.set_title(readable(row))
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.set_layout_engine("constrained")
    return figure


def encoders(scores: pd.DataFrame, styles: Mapping[str, LineStyle]) -> Figure:
    """Error in the next window of each encoder's latent ODEs: a dot per replicate, a bar at the median, one panel per system.

    It shows the losses with which every encoder was trained, of each loss and encoder the first row, and the systems on which
    there are several encoders, if there are any.
    """
    import seaborn as sns

    same = {"observations": "all", "model": DEFAULT_MODEL, "field": DEFAULT_PARTS["field"]}
    scores = scores[(scores[list(same)] == same).all(axis=1)]
    scores = scores[scores["row"].isin(scores.drop_duplicates(["loss", "encoder"])["row"])]
    several = scores.groupby("system")["encoder"].transform("nunique") > 1
    scores = scores[several] if several.any() else scores
    compared = scores.groupby(["system", "encoder"])["loss"].agg(set)
    losses = [loss for loss in scores["loss"].unique() if all(loss in found for found in compared)]
    first = scores.groupby("loss")["row"].first()
    common = {"x": "encoder", "y": "extrapolation_nmse", "order": list(scores["encoder"].unique())}
    common |= _by("loss", {loss: styles[first[loss]] for loss in losses})
    figure, axes = _one_panel_a_system(scores)
    for axis, (_, rows) in zip(axes, scores.groupby("system", sort=False), strict=True):
        sns.stripplot(rows, ax=axis, **common, dodge=True, jitter=False, size=3, alpha=0.6, legend=False)
        dodge = 0.8 * (1 - 1 / len(losses))  # as in seaborn's strip plots
        sns.pointplot(rows, ax=axis, **common, dodge=dodge, estimator="median", errorbar=None, **_BAR)
        axis.set_xlabel("")
    log_scale(axes[0], "y")  # only now: before, seaborn would take medians of logarithms
    axes[0].set_ylabel("NMSE, next window")
    _legend(figure)
    return figure


def fewer_observations(scores: pd.DataFrame, shown: Sequence[str], styles: Mapping[str, LineStyle]) -> Figure:
    """Error inside the window (top) and in the next (bottom) if the model sees all, few, gapped or late observations.

    Markers are medians over replicates; bars reach from their first to their third quartile.

    Args:
        scores: the table of scores.
        shown: names of the rows to show.
        styles: style by row.
    """
    import seaborn as sns

    scores = scores[scores["row"].isin(shown)]
    views = list(scores["observations"].unique())
    drawn = {readable(row): styles[row] for row in scores["row"].unique()}
    scores = scores.assign(row=scores["row"].map(readable))
    names = list(scores["system"].unique())
    metrics = {"interpolation_nmse": "NMSE inside", "extrapolation_nmse": "NMSE, next window"}
    figure, axes = plt.subplots(
        2, len(names), figsize=(WIDTH, 3.6), sharex=True, sharey="row", layout="constrained", squeeze=False
    )
    marks = {"dodge": 0.72 * (1 - 1 / len(drawn)), "linestyle": "none", "ms": 3, "mew": 0, "err_kws": {"lw": 0.8}}
    marks |= {"markers": [style.marker for style in drawn.values()]}
    for line, (metric, label) in zip(axes, metrics.items(), strict=True):
        for axis, name in zip(line, names, strict=True):
            rows = scores[scores["system"] == name]
            sns.pointplot(
                rows,
                x="observations",
                y=metric,
                order=views,
                ax=axis,
                **_by("row", drawn),
                **MEDIAN_AND_QUARTILES,
                **marks,
            )
            axis.set_xlabel("")
            axis.tick_params(axis="x", rotation=45)
        line[0].set_ylabel(label)
        log_scale(line[0], "y")
    for axis, name in zip(axes[0], names, strict=True):
        axis.set_title(textwrap.fill(readable(name), 14))
    _legend(figure)
    return figure


def sizes(table: pd.DataFrame, styles: Mapping[str, LineStyle]) -> Figure:
    """Error against the number of parameters: median over replicates, with a band from their first to their third quartile; one
    line of panels per system.
    """
    metrics = {"interpolation_nmse": "NMSE inside", "extrapolation_nmse": "NMSE, next window"}
    names = list(table["system"].unique())
    figure, axes = plt.subplots(
        len(names), 2, figsize=(WIDTH, 2.5 * len(names)), sharex=True, layout="constrained", squeeze=False
    )
    for line, name in zip(axes, names, strict=True):
        for axis, (metric, label) in zip(line, metrics.items(), strict=True):
            for row, runs in table[table["system"] == name].groupby("row", sort=False):
                errors = runs.pivot_table(index="n_parameters", columns="seed", values=metric)
                marks = {"marker": "o", "ms": 3, "label": readable(str(row))}
                line_with_band(axis, errors.index.to_numpy(), errors.to_numpy().T, styles[str(row)], **marks)
            log_scale(axis, "x")
            axis.set_xticks(sorted(table.loc[table["system"] == name, "n_parameters"].unique()))
            axis.xaxis.set_major_formatter("{x:,.0f}")
            axis.xaxis.set_minor_locator(NullLocator())
            log_scale(axis, "y")
            axis.set_ylabel(label)
            axis.set_xlabel("trainable parameters")
        line[0].set_title(readable(name), loc="left")
    axes[0, 1].legend()
    return figure


_BAR = {"marker": "_", "ms": 9, "mew": 1.6, "linestyle": "none"}


def _by(column: str, styles: Mapping[str, LineStyle]) -> dict[str, Any]:
    """Arguments with which seaborn draws a column's values side by side, each in its colour."""
    return {"hue": column, "hue_order": list(styles), "palette": {name: style.colour for name, style in styles.items()}}


def _one_panel_a_system(scores: pd.DataFrame) -> tuple[Figure, NDArray[np.object_]]:
    names = list(scores["system"].unique())
    figure, axes = plt.subplots(1, len(names), figsize=(WIDTH, 2.4), sharey=True, layout="constrained", squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        axis.set_title(textwrap.fill(readable(name), 14))
    return figure, axes[0]


def _legend(figure: Figure) -> None:
    """One legend above all panels, each label once."""
    once: dict[str, Artist] = {}
    for axis in figure.axes:
        handles, labels = axis.get_legend_handles_labels()
        once |= dict(zip(labels, handles, strict=True))
        if (own := axis.get_legend()) is not None:
            own.remove()
    figure.legend(list(once.values()), list(once), loc="outside upper center", ncols=6)
