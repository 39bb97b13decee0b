"""Figures of the dynamics chapter; each takes a data set and the results of every loss."""

from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pathlode.plots.style import BLACK, WIDTH, colour, dashes
from pathlode.systems.contract import SimulatedData


@dataclass(frozen=True)
class Result:
    """What one loss gave.

    Attributes:
        curves: arrays of ``curves.npz``: ``inside_nmse`` and ``beyond_nmse`` (member, time), ``predicted`` (member, example,
            time, feature) and ``path`` (member, example, time, latent) over the observed window and beyond it.
        history: rows of ``history.csv``: seed, step, train_loss, validation_mse, seconds.
    """

    curves: Mapping[str, NDArray[np.float64]]
    history: pd.DataFrame


Results = Mapping[str, Result]


def trajectories(data: SimulatedData, results: Results) -> Figure:
    """Test trajectories inside and beyond the observed window, with the truth: one row a loss, one column an example."""
    test = data["test"]
    examples = next(iter(results.values())).curves["predicted"].shape[1]
    figure, axes = plt.subplots(
        len(results), examples, figsize=(WIDTH, 1.35 * len(results) + 0.5), sharex="col", sharey="col", squeeze=False
    )
    for row, (loss, result) in zip(axes, results.items(), strict=True):
        for example, axis in enumerate(row):
            times = np.concatenate([test.inside.times[example], test.beyond.times[example]])
            truth = np.concatenate([test.inside.values[example], test.beyond.values[example]])[:, 0]
            predicted = result.curves["predicted"][:, example, :, 0]
            _shade_unseen(axis, float(test.inside.times[example, -1]), float(times[-1]))
            axis.plot(times, truth, color="0.65", lw=3.0, label="truth")
            axis.plot(times, predicted.T, color=colour(loss), lw=0.9)
            seen = test.observed.times[example], test.observed.values[example, :, 0]
            axis.plot(*seen, "o", color=BLACK, ms=2.0, label="observed")
            margin = 0.15 * np.ptp(truth)
            axis.set_ylim(truth.min() - margin, truth.max() + margin)
        row[0].set_ylabel(f"{loss}\n{data.features[0]}(t)")
    for axis in axes[-1]:
        axis.set_xlabel("time t")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    figure.set_layout_engine("constrained")
    return figure


def latent_paths(data: SimulatedData, results: Results) -> Figure:
    """Latent paths of one test trajectory in time, relative to their start, one panel a loss (first seed).

    Each line is a dimension of z, in units of its standard deviation over the test trajectories.
    """
    test = data["test"]
    times = np.concatenate([test.inside.times[0], test.beyond.times[0]])
    figure, axes = plt.subplots(1, len(results), figsize=(WIDTH, 2.0), layout="constrained", squeeze=False)
    for axis, (loss, result) in zip(axes[0], results.items(), strict=True):
        path = result.curves["path"][0, 0]
        _shade_unseen(axis, float(test.inside.times[0, -1]), float(times[-1]))
        axis.plot(times, path - path[:1], color=colour(loss), lw=0.9)
        axis.set_title(loss)
        axis.set_xlabel("time t")
    axes[0, 0].set_ylabel("z(t) − z(t₁), in std of z0")
    return figure


def error_in_time(data: SimulatedData, results: Results) -> Figure:
    """NMSE against time since the last observation: median over seeds, and their full range as a band."""
    test = data["test"]
    window = (test.inside.times[:, -1] - test.inside.times[:, 0]).mean().item()
    inside = np.linspace(-window, 0, test.inside.times.shape[1])
    beyond = (test.beyond.times[0] - test.inside.times[0, -1]).numpy()
    figure, axis = plt.subplots(figsize=(WIDTH * 0.6, 2.8), layout="constrained")
    _shade_unseen(axis, 0.0, float(beyond[-1]))
    for loss, result in results.items():
        times = np.concatenate([inside, beyond])
        errors = np.concatenate([result.curves["inside_nmse"], result.curves["beyond_nmse"]], axis=1)
        axis.fill_between(times, errors.min(axis=0), errors.max(axis=0), color=colour(loss), alpha=0.15, lw=0)
        axis.plot(times, np.median(errors, axis=0), color=colour(loss), ls=dashes(loss), label=loss)
    axis.set_yscale("log")
    axis.set_xlabel("time since the last observation")
    axis.set_ylabel("normalised squared error")
    axis.legend(loc="upper left", ncols=2)
    low, high = axis.get_ylim()
    axis.set_ylim(low / 3, high * 6)  # room for the legend above and the words below
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
            axis.fill_between(position, errors.min(axis=1), errors.max(axis=1), color=colour(loss), alpha=0.15, lw=0)
            axis.plot(position, errors.median(axis=1), color=colour(loss), ls=dashes(loss), label=loss)
    axes[0].set_yscale("log")
    axes[0].set_xlabel("optimiser step")
    axes[1].set_xlabel("seconds per model, all seeds trained together")
    axes[0].set_ylabel("validation mean squared error")
    axes[1].legend()
    return figure


def _shade_unseen(axis: Axes, start: float, end: float) -> None:
    axis.axvspan(start, end, color="0.93", lw=0, zorder=-1)
    axis.margins(x=0)
