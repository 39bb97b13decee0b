"""Drawing a figure for good, as the pipeline does."""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pathlode.plots.style import save_figure


def drawn(figure: Figure, folder: Path) -> Figure:
    save_figure(figure, folder / "a.png")
    plt.close(figure)
    return figure


def marked(axis: Axes, shade: str) -> Line2D:
    """The points of one colour that seaborn has drawn; its legend's line, which has none, is left out."""
    return next(
        line
        for line in axis.lines
        if line.get_marker() != "None" and to_hex(line.get_color()).upper() == shade and len(line.get_xdata())
    )


def assert_drawn_with_labels(figure: Figure, folder: Path) -> None:
    """The figure can be saved in both formats, is not empty, and has an axis label."""
    save_figure(figure, folder / "figure.png", folder / "figure.pdf")
    assert (folder / "figure.png").stat().st_size > 10_000
    assert any([figure.get_supxlabel(), figure.get_supylabel(), *(axis.get_xlabel() for axis in figure.axes)])
