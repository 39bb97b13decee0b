"""Figures of the claims: their intervals, and the published ones beside them."""

import textwrap
from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import Locator, LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import offset_copy

from pathlode.plots.style import BLACK, VERMILLION, WIDTH, log_scale
from pathlode.plots.verdicts import SHADES, SIGNS, TINTS, no_claims, verdict_background, verdict_face, verdict_handle
from pathlode.reporting.claim_entries import CONTROL, OWN
from pathlode.reporting.naming import readable

RATIO = "rival / ours (above 1, ours is better)"
FARTHEST = 2
"""Largest power of ten on the axes; an arrow marks an interval that extends beyond an axis."""


def claims(table: pd.DataFrame) -> Figure:
    """Every claim's ratio with its interval, margin and verdict: one block per target, with one row per claim and one panel per
    system. The tint of a cell and the marker are the verdict. Comparisons of a setting with itself are left out.

    Args:
        table: rows of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
    """
    handles: list[Line2D | Patch] = [*map(verdict_handle, SHADES), Patch(color="0.8", label="margin")]
    return _forest(table[(table["n"] > 0) & (table["paper"] != CONTROL)], _claim, handles)


def papers_claims(table: pd.DataFrame) -> Figure:
    """:func:`claims` of the papers alone, without our own."""
    return claims(table[table["paper"] != OWN])


def agreement(table: pd.DataFrame) -> Figure:
    """The published interval of every claim of the papers, and below it that of this run.

    Args:
        table: rows of :class:`pathlode.reporting.agreement.Agreement`.
    """
    handles = [Line2D([], [], color=BLACK, lw=1.2, marker="|", ms=5, label="published")]
    handles += [verdict_handle(verdict) for verdict in SHADES]
    handles.append(Line2D([], [], marker=r"$\times$", ls="none", ms=7, color=VERMILLION, label="contradicted"))
    handles.append(Line2D([], [], marker="$?$", ls="none", ms=6, color=BLACK, label="undecided in one run"))
    return _forest(table[table["paper"] != OWN], _both_runs, handles)


def _forest(
    table: pd.DataFrame, draw: Callable[[Axes, float, pd.Series, float], None], handles: Sequence[Line2D | Patch]
) -> Figure:
    """One block per target, with its name, one row per claim, and one panel per system, in which ``draw`` draws a cell."""
    if table.empty:
        return no_claims()
    targets = [rows for _, rows in table.groupby("target", sort=False)]
    heights = [0.24 * rows["id"].nunique() + 1.1 for rows in targets]
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
        block.suptitle(rows["target"].iloc[0], x=0.01, ha="left", fontsize=10, fontweight="bold")
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


def _interval(axis: Axes, place: float, verdict: str, ratio_and_ends: Sequence[float], farthest: float) -> None:
    shade = SHADES[verdict]
    ratio, low, high = np.clip(ratio_and_ends, 1 / farthest, farthest)
    axis.plot([low, high], [place, place], color=shade, lw=1.2)
    axis.plot(ratio, place, SIGNS[verdict], **verdict_face(verdict), ms=4, zorder=3)
    for end, arrow, side in ((1 / farthest, "<", -4), (farthest, ">", 4)):
        if end in (low, high):
            beside = offset_copy(axis.transData, axis.get_figure(root=True), x=side, units="points")
            axis.plot(end, place, arrow, ms=3, color=shade, clip_on=False, transform=beside)


def _tint(axis: Axes, place: float, verdict: str) -> None:
    if verdict in TINTS or verdict == "inadequate":
        axis.axhspan(place - 0.46, place + 0.46, **verdict_background(verdict), zorder=0)


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
