"""Figures of one simulated system; each takes the data set and the results of every loss."""

from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.dynamics.data import SimulatedData, Split
from pathlode.errors import ConfigError
from pathlode.plots.style import BLACK, WIDTH, colour, dashes

SHOWN = ("predicted", "path", "nmse", "test_z0")
"""What the figures need of an evaluation: ``predicted`` (member, example, time, feature) and ``path`` (member, example, time,
latent) over the observed window and beyond it, ``nmse`` (member, time), ``test_z0`` (member, trajectory, latent)."""


@dataclass(frozen=True)
class Result:
    """What one loss gave.

    Attributes:
        arrays: of ``evaluation.npz``: :data:`SHOWN`.
        history: rows of ``history.csv``: seed, step, train_loss, validation_mse, seconds.
    """

    arrays: Mapping[str, Array]
    history: pd.DataFrame


Results = Mapping[str, Result]


def truth(split: Split, example: int) -> tuple[Array, Array]:
    """Times and clean values of one trajectory, in the observed window and beyond it."""
    times = np.concatenate([split.inside.times[example], split.beyond.times[example]])
    return times, np.concatenate([split.inside.values[example], split.beyond.values[example]])


def trajectories(data: SimulatedData, results: Results) -> Figure:
    """Test trajectories inside and beyond the observed window, with the truth: one row a loss, one column an example."""
    test = data["test"]
    examples = next(iter(results.values())).arrays["predicted"].shape[1]
    figure, axes = plt.subplots(
        len(results), examples, figsize=(WIDTH, 1.15 * len(results) + 0.6), sharex="col", sharey="col", squeeze=False
    )
    for row, (loss, result) in zip(axes, results.items(), strict=True):
        for example, axis in enumerate(row):
            draw_trajectory(axis, test, example, result.arrays["predicted"][:, example], loss)
        row[0].set_ylabel(f"{loss}\n{data.features[0]}")
    for axis in axes[-1]:
        axis.set_xlabel(data.time)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.set_layout_engine("constrained")
    return figure


def draw_trajectory(axis: Axes, split: Split, example: int, predicted: Array, loss: str) -> None:
    """The first feature of one trajectory: truth, observations, and the predictions (member, time, feature) of all seeds."""
    times, values = truth(split, example)
    values = values[:, 0]
    shade_unseen(axis, float(split.inside.times[example, -1]), float(times[-1]))
    axis.plot(times, values, color="0.65", lw=2.5, label="truth")
    axis.plot(times, predicted[1:, :, 0].T, color=colour(loss), lw=0.5, alpha=0.5)
    axis.plot(times, predicted[0, :, 0], color=colour(loss), lw=1.0)
    seen = split.observed.times[example], split.observed.values[example, :, 0]
    axis.plot(*seen, "o", color=BLACK, ms=1.5, mew=0, label="observed")
    axis.plot([], [], color="0.2", lw=1.0, label="predicted, one line per seed (bold: the first)")
    margin = 0.15 * np.ptp(values)
    axis.set_ylim(values.min() - margin, values.max() + margin)


def liveliest(split: Split, examples: int) -> int:
    """Of the first trajectories, the one that moves most beyond the observed window."""
    return int(split.beyond.values[:examples].var(dim=1).sum(dim=-1).argmax())


def phase_portrait(data: SimulatedData, results: Results) -> Figure:
    """Orbits of one test trajectory beyond the observed window, all seeds, one panel a loss.

    A system that is observed in one quantity is shown against its rate of change.
    """
    example = liveliest(data["test"], next(iter(results.values())).arrays["predicted"].shape[1])
    times, values = truth(data["test"], example)
    beyond = len(data["test"].inside.times[0])

    def plane(trajectory: Array) -> tuple[Array, Array]:
        x = trajectory[:, 0]
        y = trajectory[:, 1] if trajectory.shape[1] > 1 else np.gradient(x, times)
        return x[beyond:], y[beyond:]

    x, y = plane(values)
    figure, axes = _one_panel_a_loss(results, height=1.7)
    for axis, (loss, result) in zip(axes, results.items(), strict=True):
        axis.plot(x, y, color="0.65", lw=2.5)
        for member in result.arrays["predicted"][:, example]:
            axis.plot(*plane(member), color=colour(loss), lw=0.6, alpha=0.8)
        axis.set_title(loss)
        for limits, shown in ((axis.set_xlim, x), (axis.set_ylim, y)):
            margin = 0.25 * np.ptp(shown) + 1e-3
            limits(shown.min() - margin, shown.max() + margin)
        axis.set_xlabel(data.features[0])
    axes[0].set_ylabel(data.features[1] if len(data.features) > 1 else f"d{data.features[0]}/dt")
    return figure


def latent_paths(data: SimulatedData, results: Results) -> Figure:
    """Latent paths of one test trajectory in time, relative to their start, one panel a loss (first seed).

    Each line is a dimension of z, in units of its standard deviation over the test trajectories. The panels have scales of
    their own.
    """
    test = data["test"]
    times, _ = truth(test, 0)
    figure, axes = _one_panel_a_loss(results, height=1.7, same_scale=False)
    for axis, (loss, result) in zip(axes, results.items(), strict=True):
        path = result.arrays["path"][0, 0]
        shade_unseen(axis, float(test.inside.times[0, -1]), float(times[-1]))
        axis.plot(times, path - path[:1], color=colour(loss), lw=0.8)
        axis.set_title(loss)
        axis.set_xlabel(data.time)
    axes[0].set_ylabel("z(t) − z(t₁), in std of z0")
    return figure


def latent_map(data: SimulatedData, results: Results, projection: str = "pca") -> Figure:
    """Two-dimensional projection of z0 of the test trajectories (first seed): a column a loss, a row a parameter.

    Args:
        projection: ``pca``, or ``umap``, which needs the package umap-learn.

    Raises:
        ConfigError: if umap-learn is asked for and not installed.
    """
    names = data.parameters
    figure, axes = plt.subplots(
        len(names),
        len(results),
        figsize=(WIDTH, 1.15 * len(names) + 0.4),
        layout="constrained",
        squeeze=False,
        subplot_kw={"xticks": [], "yticks": []},
    )
    for column, (loss, result) in zip(axes.T, results.items(), strict=True):
        places = _project(result.arrays["test_z0"][0], projection)
        column[0].set_title(loss)
        for axis, values in zip(column, data["test"].parameters.T, strict=True):
            axis.scatter(*places.T, c=values, s=4, lw=0, cmap="viridis", rasterized=True)
    for row, name in zip(axes, names, strict=True):
        row[0].set_ylabel(name)
        figure.colorbar(row[-1].collections[0], ax=row, aspect=12, pad=0.01)
    for axis in axes[-1]:
        axis.set_xlabel({"pca": "PC 1, 2 of z0", "umap": "UMAP of z0"}[projection], fontsize=7)
    return figure


def _project(z0: Array, projection: str) -> Array:
    standard = (z0 - z0.mean(axis=0)) / np.maximum(z0.std(axis=0), 1e-12)
    if projection == "umap":
        try:
            from umap import UMAP
        except ImportError:
            raise ConfigError(
                "dynamics.projection is umap, but its package is not installed: pip install umap-learn, or choose pca"
            ) from None
        return np.asarray(UMAP(random_state=0).fit_transform(standard))
    from sklearn.decomposition import PCA

    places = PCA(min(2, standard.shape[1])).fit_transform(standard)
    return np.pad(places, ((0, 0), (0, 2 - places.shape[1])))


def error_in_time(data: SimulatedData, results: Results) -> Figure:
    """Squared error against time since the last observation: median over seeds, and their full range as a band."""
    test = data["test"]
    window = (test.inside.times[:, -1] - test.inside.times[:, 0]).mean().item()
    inside = np.linspace(-window, 0, test.inside.times.shape[1])
    beyond = (test.beyond.times[0] - test.inside.times[0, -1]).numpy()
    times = np.concatenate([inside, beyond])
    figure, axis = plt.subplots(figsize=(WIDTH * 0.6, 2.8), layout="constrained")
    shade_unseen(axis, 0.0, float(beyond[-1]))
    for loss, result in results.items():
        errors = result.arrays["nmse"]
        axis.fill_between(times, errors.min(axis=0), errors.max(axis=0), color=colour(loss), alpha=0.12, lw=0)
        axis.plot(times, np.median(errors, axis=0), color=colour(loss), ls=dashes(loss), label=loss)
    axis.set_yscale("log")
    axis.set_xlabel(f"{data.time.split()[0]} since the last observation")
    axis.set_ylabel("squared error / variance of the data")
    low, high = axis.get_ylim()
    axis.set_ylim(low / 3, high * 12)  # room for the legend above and the words below
    axis.legend(loc="upper left", ncols=3)
    axis.text(0.02, 0.03, "observed", transform=axis.transAxes, fontsize=8, color="0.35")
    axis.text(0.98, 0.03, "never seen by the encoder", transform=axis.transAxes, fontsize=8, color="0.35", ha="right")
    return figure


def training(data: SimulatedData, results: Results) -> Figure:
    """Validation error against steps and against seconds per model: median over seeds, and their full range as a band."""
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.6), sharey=True, layout="constrained")
    for loss, result in results.items():
        errors = result.history.pivot_table(index="step", columns="seed", values="validation_mse")
        seconds = result.history.groupby("step")["seconds"].first()
        for axis, position in zip(axes, (errors.index.to_numpy(), seconds.to_numpy()), strict=True):
            axis.fill_between(position, errors.min(axis=1), errors.max(axis=1), color=colour(loss), alpha=0.12, lw=0)
            axis.plot(position, errors.median(axis=1), color=colour(loss), ls=dashes(loss), label=loss)
    axes[0].set_yscale("log")
    axes[0].set_xlabel("optimiser step")
    axes[1].set_xlabel("CPU seconds per model, all seeds trained together")
    axes[0].set_ylabel("validation mean squared error,\nin units of the data's variance")
    axes[1].legend(ncols=2)
    return figure


def _one_panel_a_loss(results: Results, height: float, same_scale: bool = True) -> tuple[Figure, NDArray[np.object_]]:
    """A row of panels."""
    figure, axes = plt.subplots(
        1, len(results), figsize=(WIDTH, height), sharex=True, sharey=same_scale, layout="constrained", squeeze=False
    )
    return figure, axes[0]


def shade_unseen(axis: Axes, start: float, end: float) -> None:
    """Marks the times that the encoder never sees."""
    axis.axvspan(start, end, color="0.93", lw=0, zorder=-1)
    axis.margins(x=0)
