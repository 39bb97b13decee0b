"""The style of all figures: sizes for a two-column paper, and colours that colour-blind readers can distinguish."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation

from pathlode.arrays import Array

if TYPE_CHECKING:
    import pandas as pd

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
LEGEND_LINE = 0.17  # inches: the height of a line of a legend

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
POINT_MARKERS = "osD^vP*Xhp"
"""Markers of points whose series differ in marker and colour each."""


@dataclass(frozen=True)
class LineStyle:
    """Style of one of several lines.

    Attributes:
        colour: a colour of :data:`PALETTE`, which colour-blind readers can distinguish.
        dashes: dashes of the line, as in matplotlib.
        marker: marker of points; it changes each time the colours repeat.
    """

    colour: str
    dashes: Any
    marker: str = "o"


def line_styles(names: Sequence[str]) -> dict[str, LineStyle]:
    """A style for each name, by its position. The first seven differ in colour and dashes; the next ones repeat the colours
    with other dashes.

    Pass the same names for all figures, so a name has the same style in each.
    """
    turns = [divmod(place, len(PALETTE)) for place in range(len(names))]
    styles = [
        LineStyle(PALETTE[place], DASHES[(turn + place) % len(DASHES)], MARKERS[turn % len(MARKERS)])
        for turn, place in turns
    ]
    return dict(zip(names, styles, strict=True))


def styles_by_group(groups: Mapping[str, str]) -> dict[str, LineStyle]:
    """A style for each name: the colour is that of its group, dashes and marker distinguish the names of a group.

    Args:
        groups: the group of each name, in order; seven groups have colours of their own.
    """
    colours, places, styles = line_styles(list(dict.fromkeys(groups.values()))), dict.fromkeys(groups.values(), 0), {}
    for name, group in groups.items():
        place, places[group] = places[group], places[group] + 1
        styles[name] = LineStyle(colours[group].colour, DASHES[place % len(DASHES)], MARKERS[place % len(MARKERS)])
    return styles


MEDIAN_AND_RANGE: dict[str, Any] = {"estimator": "median", "errorbar": ("pi", 100)}
"""How seaborn summarises replicates: by their median, with their full range as a bar."""
MEDIAN_AND_QUARTILES: dict[str, Any] = {"estimator": "median", "errorbar": ("pi", 50)}
"""The same, with a bar from their first to their third quartile, which a single failed training does not stretch."""


class Powers(LogFormatterSciNotation):
    """Labels of a logarithmic axis such as 10⁻², in plain characters: parsing mathematical text takes longer."""

    _SUPERSCRIPTS = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

    def __call__(self, x: float, pos: int | None = None) -> str:
        label = super().__call__(x, pos).removeprefix(r"$\mathdefault{").removesuffix("}$").replace(r"\times", "×")
        mantissa, _, exponent = label.partition("^")
        return mantissa + exponent.strip("{}").translate(self._SUPERSCRIPTS)


def log_scale(axes: Axes, which: Literal["x", "y"]) -> None:
    """Makes one axis logarithmic, with plain labels."""
    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(Powers())
    axis.set_minor_formatter(Powers(labelOnlyBase=False))


def three_a_line(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` panels of this height in inches, three per line."""
    lines = -(-count // 3)
    figure, axes = plt.subplots(lines, 3, figsize=(WIDTH, height * lines + 0.5), squeeze=False, layout="constrained")
    for axis in axes.flat[count:]:
        axis.remove()
    return figure, list(axes.flat[:count])


def line_with_band(axis: Axes, positions: Array, errors: Array, style: LineStyle, **look: Any) -> None:
    """Draws the median over replicates of errors (replicate, position), with a band from the first to the third quartile."""
    low, median, high = np.quantile(errors, (0.25, 0.5, 0.75), axis=0)
    axis.fill_between(positions, low, high, color=style.colour, alpha=0.15, lw=0)
    axis.plot(positions, median, color=style.colour, ls=style.dashes, **look)


def matrix(axis: Axes, values: "pd.DataFrame", texts: Any = True, **look: Any) -> None:
    """Draws a table as a matrix with the names of its rows and columns: numbers on cells that are darker for larger values.

    seaborn draws the whole figure each time, so give the figure its layout afterwards.

    Args:
        axis: a panel.
        values: NaN where a cell stays empty.
        texts: the texts in the cells; True for the values.
        look: other arguments of seaborn's ``heatmap``; by default, black is the value 1.
    """
    import seaborn as sns

    usual = {"cmap": "Greys", "vmin": 0, "vmax": 1, "cbar": False, "annot_kws": {"fontsize": 7}}
    sns.heatmap(values, ax=axis, annot=texts, xticklabels=True, yticklabels=True, **usual | look)
    axis.tick_params(length=0, rotation=0)
    axis.set(xlabel="", ylabel="")


def legend_above(figure: Figure, axis: Axes, ncols: int = 4) -> None:
    """One legend above all panels, with the labels of one of them. A legend of more than two lines makes the figure higher."""
    handles, labels = axis.get_legend_handles_labels()
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + LEGEND_LINE * max(-(-len(labels) // ncols) - 2, 0))
    figure.legend(handles, labels, loc="outside upper center", ncols=ncols, handlelength=2.8)


def save_figure(figure: Figure, *paths: str | Path) -> None:
    """Writes a figure to every path, in the format of its suffix. Files have no dates, so equal figures give equal files.

    The layout is computed once, at the resolution of the pixel formats, and then kept: it costs as much as the drawing.
    """
    figure.set_dpi(mpl.rcParams["savefig.dpi"])
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)
    shown = figure.get_tightbbox().padded(mpl.rcParams["savefig.pad_inches"])
    for path in map(Path, paths):
        dated = {".pdf": "CreationDate", ".svg": "Date"}.get(path.suffix.lower(), "Software")
        with mpl.rc_context({"svg.hashsalt": "pathlode"}):  # else the names of an SVG's parts are random
            figure.savefig(path, metadata={dated: None}, bbox_inches=shown)


def mark_invented(figure: Figure, source: str) -> None:
    """Says below a figure if its data were invented.

    Args:
        figure: to mark.
        source: origin of the data; ``invented`` says so.
    """
    if source == "invented":
        figure.text(0.995, 0, "invented data", ha="right", va="top", fontsize=7, color=VERMILLION)


def save_figures(figures: Mapping[str, Figure], paths: Iterable[str]) -> None:
    """Writes each figure to those of the paths whose file name without suffix is the figure's name."""
    for name, figure in figures.items():
        save_figure(figure, *(path for path in paths if Path(path).stem == name))
