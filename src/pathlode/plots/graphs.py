"""Figures of graphs: how strongly each quantity drives another."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pathlode.plots.style import VERMILLION, WIDTH, matrix
from pathlode.reporting.naming import readable, symbol


def influence_maps(influences: pd.DataFrame, scores: pd.DataFrame) -> Figure:
    """Median influence of each quantity, the columns, on each other's rate, the lines: a panel per system and row.

    Numbers are shares of the strongest one of the panel. A frame marks an edge of the system's own graph. What a
    quantity does to itself is not shown.

    Args:
        influences: rows of :class:`pathlode.rivals.results.Influences`.
        scores: rows of :class:`pathlode.rivals.results.GraphScores`, whose median is in the panel's title.
    """
    data, rows = (list(dict.fromkeys(influences[name])) for name in ("data", "row"))
    size = WIDTH, 1.75 * len(data) + 0.2
    figure, axes = plt.subplots(len(data), max(len(rows), 3), figsize=size, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for (name, row), own in influences.groupby(["data", "row"], sort=False):
        axis = axes[data.index(str(name)), rows.index(str(row))]
        found = scores.loc[(scores["data"] == name) & (scores["row"] == row), "auroc"].median()
        axis.axis("on")
        axis.set_title(readable(str(row)) + ("" if np.isnan(found) else f"\nAUROC {found:.2f}"), fontsize=8)
        _draw_map(axis, own)
    for line, name in zip(axes, data, strict=True):
        line[0].set_ylabel(readable(name), fontsize=8)
    figure.supxlabel("driver", fontsize=8)
    figure.set_layout_engine("constrained")
    return figure


def _draw_map(axis: Axes, own: pd.DataFrame) -> None:
    names = list(dict.fromkeys(own["driven"]))
    middle = own.groupby(["driven", "driver"])[["influence", "edge"]].median()
    strength, edges = (middle[name].unstack().loc[names, names].to_numpy(float, copy=True) for name in middle)
    np.fill_diagonal(strength, np.nan)
    labels = [f"d{symbol(name)}/dt" for name in names], [symbol(name) for name in names]
    matrix(axis, pd.DataFrame(strength / np.nanmax(strength), *labels), fmt=".1f", square=True)
    for line, column in np.argwhere(edges > 0):
        if line != column:
            axis.add_patch(Rectangle((column + 0.08, line + 0.08), 0.84, 0.84, fill=False, ec=VERMILLION, lw=1))
