"""Figures of the chapter on chaos: attractors, divergence from the truth, spectra, and a map of flows and rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.chaos.columns import CHAOS_HEADINGS
from pathlode.chaos.forecasts import VALID_ERROR
from pathlode.chaos.results import TRUTH_ROW, ShownOrbits
from pathlode.plots.ranks import ranking_of, ranks_in_panels
from pathlode.plots.style import BLACK, LEGEND_LINE, PALETTE, WIDTH, LineStyle, line_styles, log_scale, matrix
from pathlode.reporting.naming import readable

SHOWN_REACH = 3.2
"""Ends of the axes of attractors, in standard deviations, unless the true orbit reaches farther: what leaves them is cut."""
PANELS_A_LINE = 6
"""Attractors side by side."""
POINT_SIZE, SMALL_SIZE = 0.05, 1.0
"""Largest extents of an orbit in a quantity, in standard deviations, that is drawn as a point and with a thick line."""
SHOWN_FREQUENCY = 5.0
"""Largest frequency in the spectra, in cycles per period."""
LEGEND_COLUMNS = 2
"""Columns of the legend below a panel."""
CODES_SHOWN = 400
"""Points of a coded orbit in its course in time."""
BEST = {"valid_time": True, "state_divergence": False, "spectral_distance": False}
"""Measures in the map of flows and rows, and whether more is better."""


def _panels(shown: Sequence[ShownOrbits], part: str) -> dict[str, dict[str, Array]]:
    """One part of what is shown, by flow and row."""
    found: dict[str, dict[str, Array]] = {}
    for file in shown:
        for key, array in getattr(file, part).items():
            flow, _, row = key.partition("/")
            found.setdefault(flow, {})[row] = array
    return found


def _panel_a_flow(flows: Mapping[str, Mapping[str, Array]]) -> tuple[Figure, list[Axes]]:
    """A figure with a panel for each flow, side by side, and room for a legend below each."""
    lines = max((-(-len(own) // LEGEND_COLUMNS) for own in flows.values()), default=0)
    size = WIDTH, 2.5 + LEGEND_LINE * lines
    figure, axes = plt.subplots(1, max(len(flows), 1), figsize=size, squeeze=False, layout="constrained")
    return figure, list(axes[0])


def _draw_rows(axis: Axes, x: Array, own: Mapping[str, Array], styles: Mapping[str, LineStyle]) -> None:
    """The lines of the rows that were fitted to a flow over that of the true equations, and a legend below the panel."""
    axis.plot(x, own[TRUTH_ROW][: len(x)], color="0.6", lw=2.5, label="true equations")
    for row, style in styles.items():
        if row in own:
            axis.plot(x, own[row][: len(x)], color=style.colour, ls=style.dashes, label=readable(row))
    below: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.22)}
    axis.legend(**below, ncols=LEGEND_COLUMNS, fontsize=7, handlelength=2.2, columnspacing=0.8)


def attractors(shown: Sequence[ShownOrbits], rows: Sequence[str]) -> Figure:
    """One orbit of every row beside one of the true equations: a block of panels per flow, first against last quantity.

    An orbit that has come to a point is a dot. A panel whose orbit is not finite, or mostly outside the axes, says so.

    Args:
        shown: what was kept of the first replicate.
        rows: names in their order.
    """
    flows = _panels(shown, "orbits")
    lines = [
        (flow if begin == 0 else "", orbits, names[begin : begin + PANELS_A_LINE])
        for flow, orbits in flows.items()
        for names in [[TRUTH_ROW, *(row for row in rows if row in orbits)]]
        for begin in range(0, len(names), PANELS_A_LINE)
    ]
    size = WIDTH, (WIDTH / PANELS_A_LINE + 0.15) * max(len(lines), 1)
    figure, axes = plt.subplots(max(len(lines), 1), PANELS_A_LINE, figsize=size, squeeze=False, layout="constrained")
    for axis in axes.flat:
        _frame(axis, SHOWN_REACH)
    for line, (label, orbits, names) in zip(axes, lines, strict=False):
        line[0].set_ylabel(readable(label), fontsize=8)
        reach = max(SHOWN_REACH, 1.05 * float(np.abs(orbits[TRUTH_ROW][:, [0, -1]]).max()))
        for axis, row in zip(line, names, strict=False):
            axis.set_title(readable(row), fontsize=7, pad=2)
            _frame(axis, reach)
            _draw_orbit(axis, orbits[row][:, [0, -1]], reach, "0.5" if row == TRUTH_ROW else BLACK)
    return figure


def _frame(axis: Axes, reach: float) -> None:
    """Gives a panel equal axes of this reach, without lines and numbers."""
    axis.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[], aspect="equal")
    axis.spines[:].set_visible(False)


def _draw_orbit(axis: Axes, orbit: Array, reach: float, colour: str) -> None:
    """An orbit (time, 2) as a line or a dot, or the word for why there is neither."""
    missing, extent = not np.isfinite(orbit).all(), np.ptp(orbit, axis=0).max()
    if missing or (np.abs(orbit) > reach).any(axis=1).mean() > 0.5:
        word = "not finite" if missing else "outside"
        axis.text(0, 0, word, ha="center", va="center", fontsize=7, color="0.4")
    elif extent < POINT_SIZE:
        axis.plot(*orbit[-1], "o", ms=4, color=colour)
    else:
        axis.plot(*orbit.T, lw=1.5 if extent < SMALL_SIZE else 0.5, color=colour)


def divergence_in_time(shown: Sequence[ShownOrbits], rows: Sequence[str]) -> Figure:
    """Error of forecasts against the Lyapunov times since the last observation, median over test windows: a panel per flow.

    The grey line is that of the true equations from the last, noisy observation; the dashed one is the threshold of a valid
    forecast.
    """
    flows, styles = _panels(shown, "errors"), line_styles(rows)
    times = {key.partition("/")[0]: file.times for file in shown for key in file.errors}
    figure, axes = _panel_a_flow(flows)
    for axis, (flow, errors) in zip(axes, flows.items(), strict=False):
        _draw_rows(axis, times[flow], errors, styles)
        axis.axhline(VALID_ERROR, color="0.4", ls="--", lw=0.7)
        log_scale(axis, "y")
        axis.set(title=readable(flow), xlabel="Lyapunov times", ylim=(5e-3, 5))
    axes[0].set_ylabel("error, standard deviations")
    return figure


def spectra(shown: Sequence[ShownOrbits], rows: Sequence[str]) -> Figure:
    """Power spectra of free runs, mean over quantities, beside that of the true orbits: a panel per flow."""
    flows, styles = _panels(shown, "spectra"), line_styles(rows)
    moments = {key.partition("/")[0]: file.moments for file in shown for key in file.spectra}
    figure, axes = _panel_a_flow(flows)
    for axis, (flow, found) in zip(axes, flows.items(), strict=False):
        frequencies = np.fft.rfftfreq(len(moments[flow]), moments[flow][1] - moments[flow][0])
        _draw_rows(axis, frequencies[frequencies <= SHOWN_FREQUENCY], found, styles)
        log_scale(axis, "y")
        axis.set(title=readable(flow), xlabel="cycles per period", ylim=(1e-6, 1))
    axes[0].set_ylabel("share of the power")
    return figure


def symbols(shown: Sequence[ShownOrbits]) -> Figure:
    """Orbits that a model codes by the region of its state: a line of panels for each.

    On the left the orbit, first against last quantity, with a colour for each region. In the middle the first quantity from
    point to point of the model's grid, and below it the code. On the right the share of the steps from a region, the line, that
    lead to each one, the column: the darker, the more, with numbers if there are few regions.

    Args:
        shown: what was kept of the first replicate.
    """
    orbits, codes = _panels(shown, "coded"), _panels(shown, "codes")
    lines = [(flow, row) for flow, own in codes.items() for row in own]
    figure, axes = plt.subplots(
        max(len(lines), 1), 3, figsize=(WIDTH, 2.3 * max(len(lines), 1)), squeeze=False, width_ratios=[1, 2, 1]
    )
    for axis in axes.flat[3 * len(lines) :]:
        axis.axis("off")
    for (space, time, change), (flow, row) in zip(axes, lines, strict=False):
        values, code = orbits[flow][row], codes[flow][row]
        regions, places = np.unique(code, return_inverse=True)
        many = len(regions) > len(PALETTE)
        colours = ListedColormap([plt.get_cmap("tab20")(k % 20) if many else PALETTE[k] for k in range(len(regions))])
        look: dict[str, Any] = {"cmap": colours, "vmin": -0.5, "vmax": len(regions) - 0.5}
        space.scatter(values[:, 0], values[:, -1], c=places, s=1.5, lw=0, **look)
        _frame(space, SHOWN_REACH)
        space.set_title(f"{readable(flow)}, {readable(row)}", fontsize=8)
        seen = slice(0, CODES_SHOWN)
        time.plot(values[seen, 0], color=BLACK, lw=0.8)
        time.set(
            ylim=(-SHOWN_REACH, SHOWN_REACH), xlim=(0, CODES_SHOWN), xlabel="point of the grid", ylabel="first quantity"
        )
        strip = 0, len(places[seen]), -SHOWN_REACH, -0.85 * SHOWN_REACH
        time.imshow(places[None, seen], aspect="auto", extent=strip, **look)
        _draw_changes(change, regions, places)
    figure.set_layout_engine("constrained")
    return figure


def _draw_changes(axis: Axes, regions: Array, places: NDArray[np.intp]) -> None:
    """Shares of the steps from a region that lead to each one, from the regions' numbers and a code of places among them."""
    moves = np.zeros((len(regions), len(regions)))
    np.add.at(moves, (places[:-1], places[1:]), 1.0)
    shares = moves / moves.sum(axis=1, keepdims=True).clip(1)
    texts = len(regions) <= len(PALETTE)  # of more there is no room for numbers
    matrix(axis, pd.DataFrame(shares, regions, regions), texts, fmt=".2g", square=True)
    axis.tick_params(labelsize=8 if texts else 5)
    axis.set(xlabel="next region", ylabel="region")


def flows_by_rows(table: pd.DataFrame, rows: Sequence[str]) -> Figure:
    """Median over replicates of three measures for every flow and row, as numbers on colours: a panel per measure.

    The last column of a panel is the floor. The darker, the better within a flow's line; a cross is a failure.

    Args:
        table: rows of :class:`pathlode.chaos.results.ChaosTable`.
        rows: names in their order.
    """
    flows = list(dict.fromkeys(table["flow"]))
    names = [row for row in rows if row in set(table["row"])]
    size = WIDTH, len(BEST) * (0.19 * len(flows) + 0.95)
    figure, axes = plt.subplots(len(BEST), 1, figsize=size, squeeze=False)
    for axis, (measure, more) in zip(axes[:, 0], BEST.items(), strict=True):
        own = table[table["measure"] == measure]
        by_flow = own.groupby(["flow", "row"])
        values, fitted = (
            part.unstack().reindex(index=flows, columns=names) for part in (by_flow["value"].median(), by_flow.size())
        )
        texts = values.map("{:.2g}".format).where(np.isfinite(values), "×").where(fitted.notna(), "")
        texts["floor"] = own.groupby("flow")["floor"].median().map("{:.2g}".format)
        shares = values.rank(axis=1, pct=True, ascending=more).assign(floor=0.0).fillna(0.0)
        called = shares.rename(index=readable, columns=readable)
        matrix(axis, called, texts, fmt="", cmap="Blues", vmax=1.6)
        axis.set_title(CHAOS_HEADINGS[measure], fontsize=8)
        axis.tick_params(labelsize=7)
        plt.setp(axis.get_xticklabels(), rotation=25, ha="right", rotation_mode="anchor")
    figure.set_layout_engine("constrained")
    return figure


def mean_ranks(ranks: pd.DataFrame) -> Figure:
    """Mean ranks of the rows over flows with critical differences, a panel per measure; the best on the left.

    Args:
        ranks: rows of :class:`pathlode.chaos.results.ChaosRanks`.
    """
    panels = [
        (f"{CHAOS_HEADINGS[str(measure)]}\n{own['blocks'].iloc[0]} flows", ranking_of(own))
        for measure, own in ranks.groupby("measure", sort=False)
    ]
    return ranks_in_panels([panels[begin : begin + 2] for begin in range(0, len(panels), 2)])
