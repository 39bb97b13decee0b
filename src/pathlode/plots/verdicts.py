"""How figures show verdicts on claims: their colours, markers and backgrounds."""

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pathlode.plots.style import BLUE, GREEN, VERMILLION, WIDTH

GREY = "0.5"
SHADES = {"better": BLUE, "worse": VERMILLION, "no difference": GREEN, "undecided": GREY, "inadequate": "0.55"}
"""Colour of each verdict."""
TINTS = {"better": "#CFE5F3", "worse": "#F9DCC8", "no difference": "#CDEBDF"}
"""Background of a cell that is decided."""
SIGNS = {"better": "o", "worse": "X", "no difference": "s", "undecided": "o", "inadequate": "x"}
"""Marker of each verdict; that of ``undecided`` is hollow. The verdicts differ without colour too."""


def verdict_background(verdict: str) -> dict[str, Any]:
    """How a cell or panel with this verdict is filled."""
    if verdict == "inadequate":
        return {"facecolor": "0.97", "edgecolor": "0.85", "hatch": "////", "lw": 0}
    return {"facecolor": TINTS.get(verdict, "white"), "lw": 0}


def verdict_face(verdict: str) -> dict[str, Any]:
    """How a marker with this verdict is filled and edged."""
    shade = SHADES[verdict]
    return {"mfc": "white" if verdict == "undecided" else shade, "mec": shade, "mew": 1.0}


def verdict_handle(verdict: str) -> Line2D:
    """A verdict's entry in a legend."""
    return Line2D(
        [], [], color=SHADES[verdict], lw=1.2, marker=SIGNS[verdict], ms=4, **verdict_face(verdict), label=verdict
    )


def no_claims() -> Figure:
    """The figure if there is no claim."""
    figure = plt.figure(figsize=(WIDTH, 1.0))
    figure.text(0.5, 0.5, "no claim to show", ha="center", va="center")
    return figure
