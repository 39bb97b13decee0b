"""Figures of the claims: their intervals, how these settle, and the published ones beside them."""

import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import Locator, LogLocator, MaxNLocator, NullFormatter, NullLocator
from matplotlib.transforms import offset_copy

from pathlode.plots.style import BLACK, BLUE, GREEN, VERMILLION, WIDTH, Powers, log_scale
from pathlode.reporting.claim_entries import CONTROL
from pathlode.reporting.naming import readable

GREY = "0.5"
SHADES = {"better": BLUE, "worse": VERMILLION, "no difference": GREEN, "undecided": GREY, "inadequate": "0.55"}
"""Colour of each verdict."""
TINTS = {"better": "#CFE5F3", "worse": "#F9DCC8", "no difference": "#CDEBDF"}
"""Background of a cell that is decided."""
SIGNS = {"better": "o", "worse": "X", "no difference": "s", "undecided": "o", "inadequate": "x"}
"""Marker of each verdict; that of ``undecided`` is hollow. The verdicts differ without colour too."""
RATIO = "rival / ours (above 1, ours is better)"
FARTHEST = 2
"""Largest power of ten on the axes; an arrow marks an interval that extends beyond an axis."""
SPANS = (1.5, 1e6)
"""Least and largest ratio on either side of 1 to which a panel of :func:`settling` reaches."""


def claims(table: pd.DataFrame) -> Figure:
    """Every claim's ratio with its interval, margin and verdict: one block per target, with one row per claim and one panel per
    system. The tint of a cell and the marker are the verdict. Comparisons of a setting with itself are left out.

    Args:
        table: rows of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
    """
    handles: list[Line2D | Patch] = [*map(_handle, SHADES), Patch(color="0.8", label="margin")]
    return _forest(table[(table["n"] > 0) & (table["paper"] != CONTROL)], _claim, handles)


def agreement(table: pd.DataFrame) -> Figure:
    """The published interval of every claim of the papers, and below it that of this run.

    Args:
        table: rows of :class:`pathlode.reporting.agreement.Agreement`.
    """
    handles = [Line2D([], [], color=BLACK, lw=1.2, marker="|", ms=5, label="published")]
    handles += [_handle(verdict) for verdict in SHADES]
    handles.append(Line2D([], [], marker=r"$\times$", ls="none", ms=7, color=VERMILLION, label="contradicted"))
    handles.append(Line2D([], [], marker="$?$", ls="none", ms=6, color=BLACK, label="undecided in one run"))
    return _forest(table[table["paper"] != "ours"], _both_runs, handles)


def settling(table: pd.DataFrame, decided: pd.DataFrame) -> Figure:
    """Interval against the number of replicates: one panel per claim and system, in one block per target. Colours are the
    verdicts with so many replicates, without regard to adequacy; the tint of a panel is the verdict with all of them.

    Args:
        table: rows of :class:`pathlode.reporting.decided_claims.Settling`.
        decided: rows of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
    """
    if table.empty:
        return _nothing()
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
    handles: list[Line2D | Patch] = [_handle(verdict) for verdict in list(SHADES)[:4]]
    hatched = Patch(**_background("inadequate"), label="inadequate")
    figure.legend(handles=[*handles, hatched], loc="outside upper center", ncols=5)
    return figure


def _forest(
    table: pd.DataFrame, draw: Callable[[Axes, float, pd.Series, float], None], handles: Sequence[Line2D | Patch]
) -> Figure:
    """One block per target, with one row per claim and one panel per system, in which ``draw`` draws a cell."""
    if table.empty:
        return _nothing()
    targets = [rows for _, rows in table.groupby("target", sort=False)]
    heights = [0.24 * rows["id"].nunique() + 0.9 for rows in targets]
    figure = plt.figure(figsize=(WIDTH, sum(heights) + 0.5), layout="constrained")
    blocks = figure.subfigures(len(targets), height_ratios=heights, squeeze=False)[:, 0]
    for block, rows in zip(blocks, targets, strict=True):
        names, ids = list(rows["where"].unique()), list(rows["id"].unique())
        axes = block.subplots(1, len(names), sharey=True, squeeze=False)
        for axis, name in zip(axes[0], names, strict=True):
            shown = rows[rows["where"] == name]
            farthest = _farthest(shown)
            for _, row in shown.iterrows():
                draw(axis, ids.index(row["id"]), row, farthest)
            axis.axvline(1.0, color=BLACK, lw=0.6)
            axis.set_title(textwrap.fill(readable(name), 14))
            _scale(axis)
            axis.tick_params(axis="x", labelsize=8 if len(names) < 6 else 6)
        axes[0, 0].set_yticks(range(len(ids)), _labels(rows))
        axes[0, 0].set_ylim(len(ids) - 0.5, -0.5)
        block.supxlabel(RATIO, fontsize=9)
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure


def _labels(rows: pd.DataFrame) -> list[str]:
    """The claims' ids, with the factor that a claim asks for."""
    factors = (
        rows.groupby("id", sort=False)["factor"].first() if "factor" in rows else pd.Series(1.0, rows["id"].unique())
    )
    return [str(name) if factor == 1 else f"{name} (×{factor:g})" for name, factor in factors.items()]


def _farthest(rows: pd.DataFrame) -> float:
    """Largest ratio in a panel: ten times the farthest one that is not an end of an undecided interval."""
    verdicts = rows["here" if "here" in rows else "verdict"]
    ends = rows.loc[verdicts.isin(TINTS), ["low", "high"]]
    with np.errstate(divide="ignore"):
        far = np.abs(np.log10(np.concatenate([rows["ratio"], ends.to_numpy().ravel()]).astype(float)))
    return float(10 ** min(np.max(far[np.isfinite(far)], initial=0.0) + 1, FARTHEST))


def _claim(axis: Axes, place: float, row: pd.Series, farthest: float) -> None:
    _tint(axis, place, row["verdict"])
    middle, margin = row["factor"], row["margin"]
    axis.fill_betweenx([place - 0.32, place + 0.32], middle / margin, middle * margin, color="0.2", alpha=0.2, lw=0)
    if middle != 1.0:
        axis.plot([middle, middle], [place - 0.4, place + 0.4], color=BLACK, lw=0.6)
    _interval(axis, place, row["verdict"], row[["ratio", "low", "high"]].tolist(), farthest)


def _both_runs(axis: Axes, place: float, row: pd.Series, farthest: float) -> None:
    _tint(axis, place, row["published"])
    if pd.notna(row["published_low"]):
        ends = np.clip([row["published_low"], row["published_high"]], 1 / farthest, farthest)
        axis.plot(ends, [place - 0.2] * 2, color=BLACK, lw=1.2)
        if 1 / farthest < row["published_ratio"] < farthest:
            axis.plot(row["published_ratio"], place - 0.2, "|", ms=5, color=BLACK)
    if pd.notna(row["low"]):
        _interval(axis, place + 0.2, row["here"], row[["ratio", "low", "high"]].tolist(), farthest)
    sign = {"contradicted": (r"$\times$", VERMILLION), "undecided": ("$?$", BLACK)}.get(row["agreement"])
    if sign:
        axis.plot(1.0, place, marker=sign[0], ms=6, color=sign[1], transform=axis.get_yaxis_transform(), clip_on=False)


def _settling_of_one(axis: Axes, rows: pd.DataFrame, verdict: str) -> None:
    axis.spines[["left", "bottom"]].set_linewidth(0.5)
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(NullLocator())
    axis.yaxis.set_minor_locator(NullLocator())
    axis.patch.set(**_background(verdict))
    last = rows.iloc[-1]
    span = _span(last["low"], last["high"])
    axis.set_ylim(1 / span, span)
    for end in (last["factor"] / last["margin"], last["factor"] * last["margin"]):
        axis.axhline(end, color=BLACK, lw=0.5, ls=":")
    axis.axhline(1.0, color=BLACK, lw=0.6)
    for found, some in rows.groupby("verdict"):
        low, high = some["low"].clip(lower=1 / span), some["high"].clip(upper=span)
        axis.vlines(some["n"], low, high, color=SHADES[str(found)], lw=1.2)
        axis.plot(some["n"], some["ratio"], SIGNS[str(found)], ms=2.5, **_face(str(found)) | {"mew": 0.7})
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


def _interval(axis: Axes, place: float, verdict: str, ratio_and_ends: Sequence[float], farthest: float) -> None:
    shade = SHADES[verdict]
    ratio, low, high = np.clip(ratio_and_ends, 1 / farthest, farthest)
    axis.plot([low, high], [place, place], color=shade, lw=1.2)
    axis.plot(ratio, place, SIGNS[verdict], **_face(verdict), ms=4, zorder=3)
    for end, arrow, side in ((1 / farthest, "<", -4), (farthest, ">", 4)):
        if end in (low, high):
            beside = offset_copy(axis.transData, axis.get_figure(root=True), x=side, units="points")
            axis.plot(end, place, arrow, ms=3, color=shade, clip_on=False, transform=beside)


def _tint(axis: Axes, place: float, verdict: str) -> None:
    if verdict in TINTS or verdict == "inadequate":
        axis.axhspan(place - 0.46, place + 0.46, **_background(verdict), zorder=0)


def _background(verdict: str) -> dict[str, Any]:
    """How a cell or panel with this verdict is filled."""
    if verdict == "inadequate":
        return {"facecolor": "0.97", "edgecolor": "0.85", "hatch": "////", "lw": 0}
    return {"facecolor": TINTS.get(verdict, "white"), "lw": 0}


def _face(verdict: str) -> dict[str, Any]:
    shade = SHADES[verdict]
    return {"mfc": "white" if verdict == "undecided" else shade, "mec": shade, "mew": 1.0}


def _handle(verdict: str) -> Line2D:
    return Line2D([], [], color=SHADES[verdict], lw=1.2, marker=SIGNS[verdict], ms=4, **_face(verdict), label=verdict)


def _scale(axis: Axes) -> None:
    log_scale(axis, "x")
    low, high = axis.get_xlim()
    if high < 100 * low:  # decades alone give too few ticks
        axis.xaxis.set_major_locator(_ticks(high / low))
        axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_formatter(NullFormatter())


def _ticks(ratio: float) -> Locator:
    """Ticks for a logarithmic axis that spans this ratio, less than two decades."""
    if ratio > 3:
        return LogLocator(subs=(1, 3) if ratio > 10 else (1, 2, 5))
    return MaxNLocator(3, steps=(1, 2, 2.5, 5))


def _nothing() -> Figure:
    figure = plt.figure(figsize=(WIDTH, 1.0))
    figure.text(0.5, 0.5, "no claim to show", ha="center", va="center")
    return figure
