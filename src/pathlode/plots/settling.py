"""The figure of how the claims' intervals settle as replicates are added."""

import math
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, NullLocator

from pathlode.plots.style import BLACK, WIDTH, Powers
from pathlode.plots.verdicts import SHADES, SIGNS, no_claims, verdict_background, verdict_face, verdict_handle
from pathlode.reporting.naming import readable

SPANS = (1.5, 1e9)
"""Least and largest ratio on either side of 1 to which a panel of :func:`settling` reaches."""


def settling(table: pd.DataFrame, decided: pd.DataFrame) -> Figure:
    """Interval against the number of replicates: one panel per claim and system, in one block per target. Colours are the
    verdicts with so many replicates, without regard to adequacy; the tint of a panel is the verdict with all of them.

    Args:
        table: rows of :class:`pathlode.reporting.decided_claims.Settling`.
        decided: rows of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
    """
    if table.empty:
        return no_claims()
    verdicts = decided.set_index(["id", "where"])["verdict"]
    blocks = [rows for _, rows in table.groupby("target", sort=False)]
    heights = [0.5 * rows["id"].nunique() + 0.7 for rows in blocks]
    figure = plt.figure(figsize=(WIDTH, sum(heights) + 0.3), layout="constrained")
    columns = max(rows["where"].nunique() for rows in blocks)
    parts = figure.subfigures(len(blocks), height_ratios=heights, squeeze=False)[:, 0]
    for part, rows in zip(parts, blocks, strict=True):
        names, ids = list(rows["where"].unique()), list(rows["id"].unique())
        axes = part.subplots(len(ids), columns, sharex=True, squeeze=False)
        for (line, column), axis in np.ndenumerate(axes):
            cell = rows[(rows["id"] == ids[line]) & rows["where"].isin(names[column : column + 1])]
            if cell.empty:
                axis.set_axis_off()
            else:
                _settling_of_one(axis, cell, str(verdicts.loc[(ids[line], names[column])]))
        for column in axes.T:  # numbers below the last panel that is there
            for axis in [axis for axis in column if axis.axison][-1:]:
                axis.tick_params(labelbottom=True)
        for axis, name in zip(axes[0], names, strict=False):
            axis.set_title(textwrap.fill(readable(name), 14))
        for axis, name in zip(axes[:, 0], ids, strict=True):
            axis.text(-0.35, 0.5, name, transform=axis.transAxes, ha="right", va="center", fontsize=8)
        part.supxlabel("replicates", fontsize=9)
    handles: list[Line2D | Patch] = [verdict_handle(verdict) for verdict in list(SHADES)[:4]]
    hatched = Patch(**verdict_background("inadequate"), label="inadequate")
    figure.legend(handles=[*handles, hatched], loc="outside upper center", ncols=5)
    return figure


def _settling_of_one(axis: Axes, rows: pd.DataFrame, verdict: str) -> None:
    axis.spines[["left", "bottom"]].set_linewidth(0.5)
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(NullLocator())
    axis.yaxis.set_minor_locator(NullLocator())
    axis.patch.set(**verdict_background(verdict))
    last = rows.iloc[-1]
    span = _span(last["low"], last["high"])
    axis.set_ylim(1 / span, span)
    for end in (last["factor"] / last["margin"], last["factor"] * last["margin"]):
        axis.axhline(end, color=BLACK, lw=0.5, ls=":")
    axis.axhline(1.0, color=BLACK, lw=0.6)
    for found, some in rows.groupby("verdict"):
        low, high = some["low"].clip(lower=1 / span), some["high"].clip(upper=span)
        axis.vlines(some["n"], low, high, color=SHADES[str(found)], lw=1.2)
        axis.plot(some["n"], some["ratio"], SIGNS[str(found)], ms=2.5, **verdict_face(str(found)) | {"mew": 0.7})
    axis.annotate(
        f"{span:.2g}" if span < 10 else f"{span:.0f}" if span < 1000 else Powers()(span),
        (0, 1),
        xycoords="axes fraction",
        ha="right",
        va="top",
        fontsize=5.5,
        xytext=(-1, 0),
        textcoords="offset points",
    )
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axis.tick_params(labelsize=7)


def _span(low: float, high: float) -> float:
    """Upper end of an axis that is centred on 1 and shows this interval, if it has ends. From 1,000 on it is a power of ten."""
    ends = [max(end, 1 / end) for end in (SPANS[0], low, high) if 0 < end < math.inf]
    span = max(end for end in ends if end < SPANS[1]) ** 1.2
    return span if span < 1000 else float(10 ** math.ceil(math.log10(span)))
