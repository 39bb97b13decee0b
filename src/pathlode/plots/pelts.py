"""The figure of lynx and hare."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pathlode.arrays import Array
from pathlode.inference.central import CENTRAL, central
from pathlode.plots.style import BLACK, PALETTE, WIDTH, mark_invented
from pathlode.real.hudson_bay import Pelts
from pathlode.real.lynx_hare import LynxHare
from pathlode.real.pelt_results import EXACT, STAN
from pathlode.reporting.naming import symbol

NAMES = {EXACT: "MCMC", STAN: "Stan, published", "values": "values themselves"}
"""Sources that are not called by their names."""
PARAMETER_UNITS = (
    "1/year",
    "1/year/thousand",
    "1/year",
    "1/year/thousand",
    "thousand",
    "thousand",
    "of the log",
    "of the log",
)
"""Of the parameters, in their order."""
TICKS = (5, 10, 20, 50, 100)
"""On the axes of pelts, in thousands."""


def lynx_and_hare(
    table: pd.DataFrame, sources: Sequence[str], pelts: Pelts, predicted: Mapping[str, Array], source: str
) -> Figure:
    """Posteriors by parameter: median and central 80 % of every source and replicate; below, the measured pelts and the central
    90 % of the first replicate's posterior predictive distribution.

    Args:
        table: rows of :class:`pathlode.real.pelt_results.PeltTable`.
        sources: the sources with draws, the Markov chains first.
        pelts: what was measured.
        predicted: draws of all pelts by source, (draw, year, 2), those of the Markov chains first.
        source: origin of the files, ``public`` or ``invented``. Stan's posterior is left out for invented ones.
    """
    figure = plt.figure(figsize=(WIDTH, 6.4), layout="constrained")
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=(1.15, 1)).flat
    rows = [*([STAN] if source == "public" else []), *sources]
    free = [colour for colour in PALETTE if colour != BLACK]
    flows = [name for name in sources if name != EXACT]
    colours = {STAN: "0.5", EXACT: BLACK} | dict(zip(flows, free, strict=False))
    panels = upper.subplots(2, 4, sharey=True).flat
    for axis, parameter, unit in zip(panels, LynxHare.parameters, PARAMETER_UNITS, strict=True):
        _intervals(axis, table[table["parameter"] == parameter], rows, colours)
        axis.set(title=symbol(parameter), xlabel=unit)
    for axis, species in zip(lower.subplots(1, 2), (0, 1), strict=True):
        for (name, draws), alpha in zip(predicted.items(), (0.18, 0.3), strict=False):
            low, high = central(draws[..., species])
            axis.fill_between(
                pelts.years,
                low,
                high,
                color=colours[name],
                alpha=alpha,
                lw=0,
                label=f"{100 * CENTRAL:g} %, {_called(name)}",
            )
        axis.plot(pelts.years, pelts.values[:, species], "o", ms=3.5, color=BLACK, label="measured")
        axis.set(title=LynxHare.features[species], xlabel="year", xticks=pelts.years[::5], yscale="log")
        axis.set_yticks(TICKS, [str(tick) for tick in TICKS])
        axis.minorticks_off()
    lower.axes[0].set_ylabel("thousand pelts")
    lower.legend(*lower.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    mark_invented(figure, source)
    return figure


def _intervals(axis: Axes, table: pd.DataFrame, rows: Sequence[str], colours: Mapping[str, str]) -> None:
    """Median and central 80 % of every source, from top to bottom; the replicates of a source side by side."""
    for place, name in enumerate(rows):
        own = table[table["source"] == name]
        at = place + np.linspace(-0.25, 0.25, len(own) + 2)[1:-1]
        axis.hlines(at, own["q10"], own["q90"], color=colours[name], lw=1.4)
        axis.plot(own["q50"], at, "o", ms=3, color=colours[name])
    axis.set_yticks(range(len(rows)), [_called(name) for name in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.grid(axis="x", lw=0.4, color="0.9")
    axis.margins(x=0.08)


def _called(name: str) -> str:
    return NAMES.get(name, name)
