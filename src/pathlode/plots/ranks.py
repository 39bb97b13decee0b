"""Drawings of mean ranks with their critical difference."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pathlode.plots.style import BLACK, WIDTH
from pathlode.reporting.naming import readable
from pathlode.rivals.ranks import Ranking

DEPTH, TOP = 0.16, -2.4
"""Inches of a line of text in a panel of ranks, and the upper end of such a panel in these lines."""


def ranking_of(rows: pd.DataFrame) -> Ranking:
    """The ranking that rows of a table hold: a line per ranked row, with its ``row``, ``rank`` and what all lines share."""
    first = rows.iloc[0]
    facts = int(first["blocks"]), float(first["p"]), float(first["critical_difference"])
    return Ranking(rows["row"].tolist(), rows["rank"].tolist(), *facts)


def ranks_in_panels(lines: Sequence[Sequence[tuple[str, Ranking] | None]]) -> Figure:
    """Rankings with their titles, in lines of panels; None for an empty panel. A bar joins rows without a difference."""
    depth = max((_depths(panel[1])[1] for line in lines for panel in line if panel), default=1.0)
    size = max(len(lines), 1), max((len(line) for line in lines), default=1) or 1
    inches = WIDTH, (DEPTH * (depth - TOP) + 0.45) * size[0]
    figure, axes = plt.subplots(*size, figsize=inches, squeeze=False, layout="constrained")
    for axis in axes.flat:
        axis.axis("off")
    for line, panels in zip(axes, lines, strict=False):
        for axis, panel in zip(line, panels, strict=False):
            if panel:
                axis.set_title(panel[0], fontsize=8)
                _draw_ranking(axis, panel[1], depth)
    return figure


def _depths(ranked: Ranking) -> tuple[float, float]:
    """Depths below the line of ranks of the first name and of the end, in lines of text."""
    first = 1.2 + 0.4 * len(ranked.alike())
    return first, first - 0.3 - len(ranked.rows) // -2


def _draw_ranking(axis: Axes, ranked: Ranking, depth: float) -> None:
    """Ranks on a line, names below it on both sides with the better half on the left, the critical difference above it."""
    count, first = len(ranked.rows), _depths(ranked)[0]
    axis.set(xlim=(0.2, count + 0.8), ylim=(depth, TOP))
    axis.plot([1, count], [0, 0], color=BLACK, lw=1)
    for tick in range(1, count + 1):
        axis.plot([tick, tick], [0, -0.25], color=BLACK, lw=0.8)
        axis.text(tick, -0.35, str(tick), ha="center", va="bottom", fontsize=7)
    for place, (name, rank) in enumerate(zip(ranked.rows, ranked.ranks, strict=True)):
        left = place < -(count // -2)
        level, end = first + (place if left else count - 1 - place), 0.8 if left else count + 0.2
        axis.plot([rank, rank, end], [0, level, level], color="0.35", lw=0.7)
        axis.text(end, level, f" {readable(name)} ", ha="right" if left else "left", va="center", fontsize=7.5)
    for number, (start, stop) in enumerate(ranked.alike()):
        ends, level = (ranked.ranks[start] - 0.05, ranked.ranks[stop] + 0.05), 0.5 + 0.4 * number
        axis.plot(ends, (level, level), color=BLACK, lw=2.4, solid_capstyle="butt")
    reach, height = 1 + min(ranked.critical_difference, count - 1), TOP + 0.5
    axis.annotate("", (1, height), (reach, height), arrowprops={"arrowstyle": "|-|", "lw": 0.8, "mutation_scale": 2.5})
    axis.text(reach, height, f"  critical difference {ranked.critical_difference:.1f}", va="center", fontsize=7)
