"""The figure of all claims."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from pathlode.plots.style import BLACK, BLUE, VERMILLION, WIDTH
from pathlode.reporting.naming import readable

VERDICTS = {"holds": (BLUE, "o"), "unclear": ("0.5", "s"), "fails": (VERMILLION, "X")}
"""Colour and marker of each verdict."""
FARTHEST = 1e6
"""Largest ratio on the axes; an arrow marks an interval that extends beyond it."""


def claims(table: pd.DataFrame) -> Figure:
    """Every claim's ratio with its interval: one block per target, with one row per claim and one panel per system. A claim
    holds if its interval is right of the line at 1, or of its own tick if it requires another factor.
    """
    table = table[table["n"] > 0].replace({"low": {0.0: 1e-9}, "high": {np.inf: 1e9}})  # intervals of a single seed
    if table.empty:
        return plt.figure(figsize=(WIDTH, 1.0))
    targets = [rows for _, rows in table.groupby("target", sort=False)]
    heights = [0.24 * rows["id"].nunique() + 0.9 for rows in targets]
    figure = plt.figure(figsize=(WIDTH, sum(heights) + 0.4), layout="constrained")
    blocks = figure.subfigures(len(targets), height_ratios=heights, squeeze=False)[:, 0]
    for block, rows in zip(blocks, targets, strict=True):
        _claims_of_one_target(block, rows)
    handles = [Line2D([], [], marker=mark, ms=4, color=shade, label=name) for name, (shade, mark) in VERDICTS.items()]
    handles.append(Line2D([], [], marker="|", ms=9, mew=1, ls="none", color=BLACK, label="threshold, where not 1"))
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure


def _claims_of_one_target(block: SubFigure, table: pd.DataFrame) -> None:
    names, ids = list(table["system"].unique()), list(table["id"].unique())
    axes = block.subplots(1, len(names), sharey=True, squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        axis.axvline(1.0, color=BLACK, lw=0.6)
        for _, row in table[table["system"] == name].iterrows():
            place, (shade, mark) = ids.index(row["id"]), VERDICTS[row["verdict"]]
            axis.plot([row["low"], row["high"]], [place, place], color=shade, lw=1.2)
            axis.plot(row["value"], place, mark, ms=4, color=shade)
            if row["factor"] != 1.0:
                axis.plot(row["factor"], place, "|", ms=9, mew=1, color=BLACK, zorder=3)
            if row["low"] < 1 / FARTHEST:
                axis.plot(1 / FARTHEST, place, "<", ms=4, color=shade, clip_on=False)
            if row["high"] > FARTHEST:
                axis.plot(FARTHEST, place, ">", ms=4, color=shade, clip_on=False)
        axis.set_title(textwrap.fill(readable(name), 14))
        axis.set_xscale("log")
        low, high = np.clip(axis.get_xlim(), 1 / FARTHEST, FARTHEST)
        axis.set_xlim(low, high)
        if high < 100 * low:  # decades alone give too few ticks; below a factor of 3, so do 1, 2 and 5
            axis.xaxis.set_major_locator(
                LogLocator(subs=(1, 2, 5)) if high > 3 * low else MaxNLocator(3, steps=(1, 2, 5))
            )
            axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.grid(axis="y", color="0.92", lw=0.6)
        axis.set_axisbelow(True)
    axes[0, 0].set_yticks(range(len(ids)), ids)
    axes[0, 0].set_ylim(len(ids) - 0.5, -0.5)
    block.supxlabel("rival / ours (above 1, ours is better)", fontsize=9)
