"""The one style of all figures: sizes for a two-column paper, colours that colour-blind readers can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

mpl.use("Agg")
mpl.rcParams.update(
    {
        "figure.dpi": 100,
        "savefig.dpi": 200,
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.labelsize": 9,
        "legend.fontsize": 8,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "lines.linewidth": 1.4,
        "legend.frameon": False,
        "pdf.fonttype": 42,
        "svg.hashsalt": "pathlode",
    }
)

WIDTH = 7.1  # inches: the text width of a two-column paper

# Okabe & Ito 2008, Color universal design
BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#000000",
)
PALETTE = (BLUE, VERMILLION, BLACK, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", "--", ":", "-.", (0, (4, 1, 1, 1, 1, 1)), (0, (6, 2)), (0, (1, 3)))


MARKERS = ("o", "s", "^", "D")


@dataclass(frozen=True)
class LineStyle:
    """How one of several things is drawn.

    Attributes:
        colour: a colour that colour-blind readers can tell from the others of :data:`PALETTE`.
        dashes: of the line, as matplotlib takes them.
        marker: of points, another each time that the colours begin anew.
    """

    colour: str
    dashes: Any
    marker: str = "o"


def line_styles(names: Sequence[str]) -> dict[str, LineStyle]:
    """A style for each name, by its place: the first seven differ in colour and dashes, the next ones repeat the colours
    with other dashes.

    Give it the same names for all figures, so that a name looks the same in each.
    """
    turns = [divmod(place, len(PALETTE)) for place in range(len(names))]
    styles = [
        LineStyle(PALETTE[place], DASHES[(turn + place) % len(DASHES)], MARKERS[turn % len(MARKERS)])
        for turn, place in turns
    ]
    return dict(zip(names, styles, strict=True))


MEDIAN_AND_RANGE: dict[str, Any] = {"estimator": "median", "errorbar": ("pi", 100)}
"""What seaborn draws of replicates: their median, and as a bar all of their range."""


def save_figure(figure: Figure, *paths: str | Path) -> None:
    """Writes a figure in every format asked for, without dates, so that equal figures are equal files."""
    for path in map(Path, paths):
        metadata = {"CreationDate": None} if path.suffix == ".pdf" else {"Software": None}
        figure.savefig(path, metadata=metadata, bbox_inches="tight")
