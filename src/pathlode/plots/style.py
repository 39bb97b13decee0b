"""The one style of all figures: sizes for a two-column paper, colours that colour-blind readers can tell apart."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from pathlode.registry import LOSSES

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


def colour(loss: str) -> str:
    """The loss's colour, by its place in the registry."""
    return PALETTE[list(LOSSES).index(loss) % len(PALETTE)]


def dashes(loss: str) -> Any:
    """The loss's line style, by its place in the registry."""
    return DASHES[list(LOSSES).index(loss) % len(DASHES)]


MEDIAN_AND_RANGE: dict[str, Any] = {"estimator": "median", "errorbar": ("pi", 100)}
"""What seaborn draws of replicates: their median, and as a bar all of their range."""


def save_figure(figure: Figure, *paths: str | Path) -> None:
    """Writes a figure in every format asked for, without dates, so that equal figures are equal files."""
    for path in map(Path, paths):
        metadata = {"CreationDate": None} if path.suffix == ".pdf" else {"Software": None}
        figure.savefig(path, metadata=metadata, bbox_inches="tight")
