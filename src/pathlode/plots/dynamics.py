"""Figures of one simulated system, from its data set and the results of every row."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.dynamics.shown import ShownData
from pathlode.plots.projections import projected
from pathlode.plots.style import BLACK, WIDTH, LineStyle, legend_above, line_with_band, log_scale
from pathlode.reporting.naming import readable, symbol

PANELS = 5
"""Largest number of panels side by side."""
MAPS = 10
"""Largest number of latent maps side by side, which have no numbers on their axes."""


@dataclass(frozen=True)
class Result:
    """The results of one row: errors of all replicates, examples of one. Parts that its model does not offer are None.

    Attributes:
        style: style of its lines.
        nmse: (replicate, time), as in :class:`pathlode.dynamics.artefacts.Evaluations`.
        predicted: of the shown replicate, (example, time, feature).
        history: history of its training, as in :class:`pathlode.training.history.History`.
        path: of the shown replicate, (example, time, latent).
        test_z0: of the shown replicate, (trajectory, latent).
    """

    style: LineStyle
    nmse: Array
    predicted: Array
    history: pd.DataFrame
    path: Array | None = None
    test_z0: Array | None = None


Results = Mapping[str, Result]
"""Results by row, in the order in which they are shown."""


def trajectories(data: ShownData, results: Results) -> Figure:
    """Test trajectories inside and beyond the observed window, with the truth: one line of panels per row, one column per
    example."""
    examples = len(data.observed_times)
    figure, axes = plt.subplots(
        len(results), examples, figsize=(WIDTH, 1.15 * len(results) + 0.6), sharex="col", sharey="col", squeeze=False
    )
    for line, (name, result) in zip(axes, results.items(), strict=True):
        for example, axis in enumerate(line):
            draw_trajectory(axis, data, example, result.predicted[example], result.style.colour)
        line[0].set_ylabel(f"{readable(name)}\n{symbol(data.features[0])}")
    for axis in axes[-1]:
        axis.set_xlabel(data.time)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.set_layout_engine("constrained")
    return figure


def draw_trajectory(axis: Axes, data: ShownData, example: int, predicted: Array, colour: str) -> None:
    """The first feature of one trajectory: truth, observations, and a prediction (time, feature)."""
    times, values = data.truth(example)
    values = values[:, 0]
    shade_unseen(axis, data.end(example), float(times[-1]))
    axis.plot(times, values, color="0.65", lw=2.5, label="truth")
    axis.plot(times, predicted[:, 0], color=colour, lw=1.0)
    seen = data.observed_times[example], data.observed_values[example, :, 0]
    axis.plot(*seen, "o", color=BLACK, ms=1.5, mew=0, label="observed")
    axis.plot([], [], color="0.2", lw=1.0, label="predicted")
    margin = 0.15 * np.ptp(values)
    axis.set_ylim(values.min() - margin, values.max() + margin)


def phase_portrait(data: ShownData, results: Results) -> Figure:
    """Orbits of one test trajectory beyond the observed window, one panel per row; a dot marks the start.

    If a system has one observed quantity, the second axis is its rate of change.
    """
    example, beyond = data.liveliest, data.inside_times.shape[1]
    times, values = data.truth(example)

    def plane(trajectory: Array) -> tuple[Array, Array]:
        x, *others = trajectory[beyond:].T
        return x, others[0] if others else np.gradient(x, times[beyond:])

    x, y = plane(values)
    figure, axes = _one_panel_a_row(results)
    for axis, result in zip(axes, results.values(), strict=True):
        axis.plot(x, y, color="0.65", lw=2.5)
        orbit = plane(result.predicted[example])
        axis.plot(*orbit, "o-", color=result.style.colour, lw=0.8, ms=2.5, mew=0, markevery=[0])
        for limits, shown in ((axis.set_xlim, x), (axis.set_ylim, y)):
            margin = 0.25 * np.ptp(shown) + 1e-3
            limits(shown.min() - margin, shown.max() + margin)
    names = [symbol(name) for name in data.features]
    rate = f"d{names[0]} / d{data.time.split()[-1]}"
    figure.supxlabel(names[0], fontsize=9)
    figure.supylabel(names[1] if len(names) > 1 else rate, fontsize=9)
    return figure


def latent_paths(data: ShownData, results: Results) -> Figure:
    """Latent paths of one test trajectory in time, relative to their start, one panel per row with latent paths.

    Each line is a dimension of z, in units of its standard deviation over the test trajectories. Each panel has its own scale.
    """
    times, _ = data.truth(0)
    paths = {name: result.path[0] for name, result in results.items() if result.path is not None}
    figure, axes = _one_panel_a_row(paths, same_scale=False)
    for axis, (name, path) in zip(axes, paths.items(), strict=True):
        shade_unseen(axis, data.end(0), float(times[-1]))
        axis.plot(times, path - path[:1], color=results[name].style.colour, lw=0.8)
    figure.supxlabel(data.time, fontsize=9)
    figure.supylabel("z(t) − z(t₁), in std of z0", fontsize=9)
    return figure


def latent_map(data: ShownData, results: Results, projection: str = "pca") -> Figure:
    """Two-dimensional projection of z0 of the test trajectories: one column per row with z0, one line of panels per parameter.
    More than :data:`MAPS` columns continue in a second block of lines below.

    Args:
        projection: ``pca``, or ``umap``, which needs the package umap-learn.

    Raises:
        ConfigError: if ``projection`` is ``umap`` and umap-learn is not installed.
    """
    names, latents = data.parameters, {name: r.test_z0 for name, r in results.items() if r.test_z0 is not None}
    blocks = math.ceil(len(latents) / MAPS)
    columns = math.ceil(len(latents) / blocks)
    figure, axes = plt.subplots(
        blocks * len(names),
        columns,
        figsize=(WIDTH, 1.15 * blocks * len(names) + 0.4),
        layout="constrained",
        squeeze=False,
        subplot_kw={"xticks": [], "yticks": []},
    )
    places = {row: projected(z0, projection) for row, z0 in latents.items()}
    for block, lines in enumerate(np.split(axes, blocks)):
        _latent_maps(lines, dict(list(places.items())[block * columns : (block + 1) * columns]), data.varied, names)
    figure.supxlabel({"pca": "principal components 1 and 2 of z0", "umap": "UMAP of z0"}[projection], fontsize=9)
    return figure


def _latent_maps(axes: NDArray[np.object_], places: Mapping[str, Array], varied: Array, names: Sequence[str]) -> None:
    """One block of :func:`latent_map`: one column per row, one line of panels per parameter."""
    small = axes.shape[1] > MAPS / 2
    for column, (row, z0) in zip(axes.T, places.items(), strict=False):
        column[0].set_title(textwrap.fill(readable(row), 14), fontsize=7 if small else 9)
        for axis, values in zip(column, varied.T, strict=True):
            axis.scatter(*z0.T, c=values, s=4, lw=0, cmap="viridis", rasterized=True)
    for line, name in zip(axes, names, strict=True):
        line[0].set_ylabel(symbol(name))
        line[0].figure.colorbar(line[0].collections[0], ax=list(line), aspect=12, pad=0.01)
        for axis in line[len(places) :]:
            axis.remove()


def error_in_time(data: ShownData, results: Results) -> Figure:
    """Squared error against time since the last observation: median over replicates, with a band from their first to their
    third quartile.
    """
    inside = np.linspace(-data.window, 0, data.inside_times.shape[1])
    beyond = data.beyond_times[0] - data.end(0)
    times = np.concatenate([inside, beyond])
    figure, axis = plt.subplots(figsize=(WIDTH * 0.6, 3.1), layout="constrained")
    shade_unseen(axis, 0.0, float(beyond[-1]))
    for name, result in results.items():
        line_with_band(axis, times, result.nmse, result.style, label=readable(name))
    log_scale(axis, "y")
    axis.set_xlabel(f"{data.time.split()[0]} since the last observation")
    axis.set_ylabel("squared error / variance of the data")
    low, high = axis.get_ylim()
    axis.set_ylim(low / 4, high)  # room for the text below
    legend_above(figure, axis, ncols=3)
    axis.text(0.02, 0.03, "observed", transform=axis.transAxes, fontsize=8, color="0.35")
    axis.text(0.98, 0.03, "never seen by the encoder", transform=axis.transAxes, fontsize=8, color="0.35", ha="right")
    return figure


def training(data: ShownData, results: Results) -> Figure:
    """Validation error against steps and against seconds per model: median over replicates, with a band from their first to
    their third quartile.
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.8), sharey=True, layout="constrained")
    for name, result in results.items():
        if result.history.empty:  # a model that is not trained
            continue
        errors = result.history.pivot_table(index="step", columns="seed", values="validation_mse")
        seconds = result.history.groupby("step")["seconds"].median()
        for axis, position in zip(axes, (errors.index.to_numpy(), seconds.to_numpy()), strict=True):
            line_with_band(axis, position, errors.to_numpy().T, result.style, label=readable(name))
    log_scale(axes[0], "y")
    axes[0].set_xlabel("optimiser step")
    axes[1].set_xlabel("CPU seconds per model, trained as one batch")
    axes[0].set_ylabel("validation mean squared error,\nin units of the data's variance")
    legend_above(figure, axes[0], ncols=5)
    return figure


def _one_panel_a_row(names: Iterable[str], same_scale: bool = True) -> tuple[Figure, list[Axes]]:
    """Panels with the names as titles, at most :data:`PANELS` side by side."""
    names = list(names)
    lines = math.ceil(len(names) / PANELS)
    columns = math.ceil(len(names) / lines)
    figure, axes = plt.subplots(
        lines,
        columns,
        figsize=(WIDTH, 1.6 * lines),
        sharex=True,
        sharey=same_scale,
        layout="constrained",
        squeeze=False,
    )
    used, unused = axes.flat[: len(names)], axes.flat[len(names) :]
    for axis in unused:
        axis.remove()
    for axis, name in zip(used, names, strict=True):
        axis.set_title(readable(name))
    for axis in used[-columns:]:  # also above a missing panel
        axis.tick_params(labelbottom=True)
    return figure, list(used)


def shade_unseen(axis: Axes, start: float, end: float) -> None:
    """Marks the times that the encoder never sees."""
    axis.axvspan(start, end, color="0.93", lw=0, zorder=-1)
    axis.margins(x=0)
