"""Figures of the inference chapter that show posteriors of single systems."""

from collections.abc import Mapping, Sequence

import corner
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from pathlode.arrays import Array
from pathlode.inference.central import CENTRAL, central, inside
from pathlode.inference.trajectories import PosteriorTrajectories
from pathlode.plots.style import BLACK, BLUE, GREEN, VERMILLION, WIDTH, legend_above, three_a_line
from pathlode.reporting.naming import symbol

_SHARE = f"{100 * CENTRAL:g} %"
"""The probability of central regions in words."""


def posterior(
    names: Sequence[str], truth: Array, reference: Array, draws: Mapping[str, Array], sharpened: Mapping[str, Array]
) -> Figure:
    """All one- and two-dimensional marginals of one system's posterior: by Markov chains, by flows, and, dashed, by flows with
    importance weights.

    Args:
        names: names of the parameters.
        truth: true parameters, (parameter,).
        reference: draws from the reference posterior, (draw, parameter).
        draws: draws from two flows at most, by summary, (draw, parameter).
        sharpened: draws that are chosen by weights, by name, (draw, parameter).
    """
    every = {"reference (MCMC)": reference, **draws, **sharpened}
    looks = dict(zip([*every][: 1 + len(draws)], [(BLACK, "-"), (BLUE, "-"), (VERMILLION, "-")], strict=False))
    looks |= dict.fromkeys(sharpened, (GREEN, "--"))
    pooled = np.concatenate([*every.values(), truth[None]])
    low, high = np.quantile(pooled, [0.001, 0.999], axis=0)
    figure = plt.figure(figsize=(WIDTH, WIDTH))
    for number, (name, some) in enumerate(every.items()):
        colour, dashes = looks[name]
        corner.corner(
            some,
            fig=figure,
            labels=[symbol(name) for name in names],
            range=list(zip(low, high, strict=True)),
            color=colour,
            bins=30,
            smooth=1.0,
            levels=(0.5, CENTRAL),
            plot_datapoints=False,
            plot_density=False,
            no_fill_contours=True,
            hist_kwargs={"density": True, "lw": 1.4, "ls": dashes},
            contour_kwargs={"linewidths": 1.1, "linestyles": dashes},
            truths=truth if number == 0 else None,
            truth_color="0.6",
            label_kwargs={"fontsize": 9},
            labelpad=0.15,
        )
    ends = np.stack([low, high]) + 0.1 * np.outer(
        [1, -1], high - low
    )  # beyond these, ticks would meet those of the next panel
    ticks = [[at for at in MaxNLocator(3).tick_values(*own) if own[0] < at < own[1]] for own in ends.T]
    for place, axis in enumerate(figure.axes):
        row, column = divmod(place, len(names))
        if column <= row:
            axis.set_xticks(ticks[column])
        if column < row:
            axis.set_yticks(ticks[row])
    for axis in figure.axes[:: len(names) + 1]:  # the diagonal, whose limits corner fits to the last draws only
        axis.set_ylim(0, 1.05 * max(patch.get_path().get_extents().ymax for patch in axis.patches))
    handles = [Line2D([], [], color=colour, ls=dashes, label=label) for label, (colour, dashes) in looks.items()]
    handles.append(Line2D([], [], color="0.6", label="truth"))
    figure.legend(handles=handles, loc="upper right", bbox_to_anchor=(0.97, 0.97))
    return figure


def recovery(names: Sequence[str], truth: Array, mean: Array, std: Array, summary: str) -> Figure:
    """Posterior mean and standard deviation against the truth, one panel per parameter.

    Args:
        names: names of the parameters.
        truth: true parameters, (system, parameter).
        mean: posterior means, (system, parameter).
        std: posterior standard deviations, (system, parameter).
        summary: name of the flow's summary.
    """
    figure, axes = three_a_line(len(names), 2.1)
    for axis, name, x, y, error in zip(axes, names, truth.T, mean.T, std.T, strict=True):
        ends = [x.min(), x.max()]
        axis.plot(ends, ends, color="0.6", lw=1, zorder=0)
        axis.errorbar(x, y, yerr=error, fmt="o", ms=2, lw=0.4, color=BLUE, alpha=0.6)
        axis.set_title(symbol(name))
    figure.supxlabel("truth", fontsize=9)
    figure.supylabel(f"posterior mean ± standard deviation, given {summary}", fontsize=9)
    return figure


def predictive(simulated: PosteriorTrajectories, features: Sequence[str], summary: str) -> Figure:
    """Trajectories simulated again with draws from the posterior, and the observations; one column per system, one row per
    feature.

    Args:
        simulated: trajectories and observations.
        features: names of the features.
        summary: name of the flow's summary.
    """
    times = simulated.times
    figure, axes = plt.subplots(
        len(features),
        len(simulated.truth),
        figsize=(WIDTH, 1.7 * len(features) + 0.6),
        sharex=True,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    for column, (at, values) in enumerate(zip(simulated.seen, simulated.values, strict=True)):
        for row, axis in enumerate(axes[:, column]):
            own = simulated.draws[:, column, :, row]
            low, high = central(own)
            axis.axvspan(at[-1], times[-1], color="0.95", lw=0)
            axis.fill_between(
                times,
                low,
                high,
                color=BLUE,
                alpha=0.3,
                lw=0,
                label=f"{_SHARE} of the posterior's trajectories, without noise",
            )
            axis.plot(times, np.median(own, axis=0), color=BLUE, label="their median")
            axis.plot(times, simulated.truth[column, :, row], color=BLACK, ls=":", label="truth")
            axis.plot(at, values[:, row], ".", ms=3, color=VERMILLION, label="observed")
    for row, feature in zip(axes[:, 0], features, strict=True):
        row.set_ylabel(feature)
    figure.supxlabel(f"time t (grey: after the last observation), flow given {summary}", fontsize=9)
    legend_above(figure, axes[0, 0])
    return figure


def outside(names: Sequence[str], truth: Array, draws: Mapping[str, Array], box: Array) -> Figure:
    """Marginal posteriors of a system that the prior excludes, one panel per parameter: mean and central 90 % of the draws, and
    the distance of the truth from the mean in standard deviations of the draws. The figure counts how often the 90 % miss the
    truth, over the parameters inside the prior. A posterior that excludes the truth of these is overconfident.

    Args:
        names: names of the parameters.
        truth: true parameters, (parameter,).
        draws: draws by summary, (draw, parameter).
        box: bounds of the prior, (2, parameter).
    """
    figure, axes = three_a_line(len(names), 1.7)
    for column, (axis, name) in enumerate(zip(axes, names, strict=True)):
        axis.axvspan(*box[:, column], color="0.93", lw=0, label="prior")
        axis.axvline(truth[column], color=VERMILLION, lw=1.2, label="truth")
        excluded = not box[0, column] <= truth[column] <= box[1, column]
        for number, some in enumerate(draws.values()):
            low, high = central(some[:, column])
            missed = abs(truth[column] - some[:, column].mean()) / some[:, column].std()
            axis.plot(
                [low, high],
                [number, number],
                color=BLUE,
                lw=1.2,
                label=f"{_SHARE} of the draws" if number == 0 else None,
            )
            axis.plot(some[:, column].mean(), number, "o", ms=4, color=BLUE)
            axis.annotate(f" {missed:.1f} sd", (high, number), fontsize=7, va="center")
        axis.set_yticks(range(len(draws)), list(draws))
        axis.set_ylim(len(draws) - 0.5, -0.5)
        axis.set_title(f"{symbol(name)}{', excluded by the prior' if excluded else ''}")
    allowed = (box[0] <= truth) & (truth <= box[1])
    wrong = [~inside(some, truth) for some in draws.values()]
    missed, of = int(np.sum(wrong, axis=0)[allowed].sum()), len(wrong) * int(allowed.sum())
    figure.supxlabel(
        f"{_SHARE} of the draws miss the truth in {missed} of {of} cases where the prior allows it; "
        f"{(1 - CENTRAL) * of:.0f} would be right",
        fontsize=9,
    )
    legend_above(figure, axes[0])
    return figure
