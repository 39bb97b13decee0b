"""Figures of the inference chapter."""

from collections.abc import Mapping, Sequence

import corner
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy.stats import ecdf, kstest, kstwo

from pathlode.arrays import Array
from pathlode.plots.style import BLACK, BLUE, DASHES, MEDIAN_AND_RANGE, PALETTE, VERMILLION, WIDTH, log_scale

_MARKERS = "osD^vP*X"
GRID = np.linspace(0, 1, 201)
_SYMBOLS = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "x0": "x₀", "y0": "y₀"}


def symbol(parameter: str) -> str:
    """A parameter's symbol in figures."""
    return _SYMBOLS.get(parameter, parameter)


def posterior(names: Sequence[str], truth: Array, reference: Array, draws: Mapping[str, Array]) -> Figure:
    """All one- and two-dimensional marginals of one system's posterior, by Markov chains and by flows.

    Args:
        names: names of the parameters.
        truth: true parameters, (parameter,).
        reference: draws from the reference posterior, (draw, parameter).
        draws: draws from flows, by summary, (draw, parameter).
    """
    every = {"reference (MCMC)": reference, **draws}
    colours = [BLACK, BLUE, VERMILLION]
    pooled = np.concatenate([*every.values(), truth[None]])
    low, high = np.quantile(pooled, [0.001, 0.999], axis=0)
    figure = plt.figure(figsize=(WIDTH, WIDTH))
    for number, (some, colour) in enumerate(zip(every.values(), colours, strict=False)):
        corner.corner(
            some,
            fig=figure,
            labels=[symbol(name) for name in names],
            range=list(zip(low, high, strict=True)),
            color=colour,
            bins=30,
            smooth=1.0,
            levels=(0.5, 0.9),
            plot_datapoints=False,
            plot_density=False,
            no_fill_contours=True,
            hist_kwargs={"density": True, "lw": 1.4},
            contour_kwargs={"linewidths": 1.1},
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
    handles = [Line2D([], [], color=colour, label=label) for label, colour in zip(every, colours, strict=False)]
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
    figure, axes = _panels(len(names), 2.1)
    for axis, name, x, y, error in zip(axes, names, truth.T, mean.T, std.T, strict=True):
        ends = [x.min(), x.max()]
        axis.plot(ends, ends, color="0.6", lw=1, zorder=0)
        axis.errorbar(x, y, yerr=error, fmt="o", ms=2, lw=0.4, color=BLUE, alpha=0.6)
        axis.set_title(symbol(name))
    figure.supxlabel("truth", fontsize=9)
    figure.supylabel(f"posterior mean ± standard deviation, given {summary}", fontsize=9)
    return figure


def ranks(names: Sequence[str], by_summary: Mapping[str, Array]) -> Figure:
    """Simulation-based calibration: the cumulative distribution of the truths' ranks minus the uniform one, one panel per
    parameter. A line leaves the band if the Kolmogorov-Smirnov test has p < 0.05.

    Args:
        names: names of the parameters.
        by_summary: share of the draws below the truth, (system, parameter), by summary.
    """
    figure, axes = _panels(len(names), 1.9)
    for column, (axis, name) in enumerate(zip(axes, names, strict=True)):
        for number, (summary, share) in enumerate(by_summary.items()):
            if number == 0:
                reach = kstwo.ppf(0.95, len(share))
                axis.axhspan(-reach, reach, color="0.88", lw=0, label="95 % if calibrated")
            cumulated = ecdf(share[:, column]).cdf
            axis.plot(
                GRID, cumulated.evaluate(GRID) - GRID, color=PALETTE[number], ls=DASHES[number], lw=1.1, label=summary
            )
        p = kstest(next(iter(by_summary.values()))[:, column], "uniform").pvalue
        axis.set_title(f"{symbol(name)}, {next(iter(by_summary))}: p = {p:.2g}")
    figure.supxlabel("rank of the truth among the draws, as a share", fontsize=9)
    figure.supylabel("share of truths below less expected share", fontsize=9)
    _legend(figure, axes[0])
    return figure


def coverage(tarp: Mapping[str, tuple[Array, Array]], dense: Mapping[str, tuple[Array, Array]], systems: int) -> Figure:
    """Coverage of credible regions: balls around random points (TARP), and regions of highest density.

    Args:
        tarp: credibilities and coverage of TARP, by summary.
        dense: credibilities and coverage of regions of highest density, by summary.
        systems: number of held-out systems.
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.3), sharex=True, sharey=True, layout="constrained")
    level = np.linspace(0, 1, 101)
    spread = 1.96 * np.sqrt(level * (1 - level) / systems)
    for axis, curves, title in zip(
        axes, (tarp, dense), ("around random points (TARP)", "of highest density"), strict=True
    ):
        axis.fill_between(
            level, level - spread, level + spread, color="0.88", lw=0, label="95 % at one level if calibrated"
        )
        axis.plot(level, level, color="0.6", lw=1)
        for number, (summary, (at, covered)) in enumerate(curves.items()):
            axis.plot(at, covered, color=PALETTE[number], ls=DASHES[number], label=summary)
        axis.set_title(f"regions {title}")
        axis.set_aspect("equal")
    figure.supxlabel("credibility", fontsize=9)
    axes[0].set_ylabel("share of truths inside")
    _legend(figure, axes[0])
    return figure


def predictive(
    times: Array, features: Sequence[str], truth: Array, draws: Array, seen: Sequence[tuple[Array, Array]], summary: str
) -> Figure:
    """Trajectories simulated again with draws from the posterior, and the observations; one column per system, one row per
    feature.

    Args:
        times: common grid, (time,).
        features: names of the features.
        truth: true trajectories, (system, time, feature).
        draws: simulated trajectories, (draw, system, time, feature).
        seen: observed times and values of every system, (point,), (point, feature).
        summary: name of the flow's summary.
    """
    figure, axes = plt.subplots(
        len(features),
        len(truth),
        figsize=(WIDTH, 1.7 * len(features) + 0.6),
        sharex=True,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    for column, (at, values) in enumerate(seen):
        for row, axis in enumerate(axes[:, column]):
            low, middle, high = np.quantile(draws[:, column, :, row], [0.05, 0.5, 0.95], axis=0)
            axis.axvspan(at[-1], times[-1], color="0.95", lw=0)
            axis.fill_between(
                times,
                low,
                high,
                color=BLUE,
                alpha=0.3,
                lw=0,
                label="90 % of the posterior's trajectories, without noise",
            )
            axis.plot(times, middle, color=BLUE, label="their median")
            axis.plot(times, truth[column, :, row], color=BLACK, ls=":", label="truth")
            axis.plot(at, values[:, row], ".", ms=3, color=VERMILLION, label="observed")
    for row, feature in zip(axes[:, 0], features, strict=True):
        row.set_ylabel(feature)
    figure.supxlabel(f"time t (grey: after the last observation), flow given {summary}", fontsize=9)
    _legend(figure, axes[0, 0])
    return figure


def simulations(scores: pd.DataFrame, floor: float) -> Figure:
    """Log-probability of the truth, its distance below that of the reference posteriors, and C2ST to them, against the number
    of simulations; medians and ranges over seeds.

    Args:
        scores: the table of all scores.
        floor: mean accuracy of classifying two sets of draws from a reference posterior against each other.
    """
    rows = scores[scores["parameter"] == "all"]
    labels = {
        "mean_log_prob": "log-probability of the truth",
        "log_prob_gap": "log-prob. below the reference",
        "c2st": "C2ST to the reference",
    }
    figure, axes = plt.subplots(1, len(labels), figsize=(WIDTH, 2.9), layout="constrained")
    for axis, (metric, label) in zip(axes, labels.items(), strict=True):
        for number, ((backend, summary), some) in enumerate(rows.groupby(["backend", "summary"], sort=False)):
            by_size = some.groupby("n_train")[metric].agg(["median", "min", "max"])
            style = {"color": PALETTE[number % len(PALETTE)], "marker": _MARKERS[number], "ms": 4}
            axis.plot(by_size.index, by_size["median"], label=f"{summary} ({backend})", **style)
            axis.fill_between(by_size.index, by_size["min"], by_size["max"], color=style["color"], alpha=0.15, lw=0)
        log_scale(axis, "x")
        axis.set_ylabel(label)
    axes[1].axhline(0.0, color="0.6", lw=1, ls="--")
    axes[2].axhline(floor, color="0.6", lw=1, ls="--", label="reference")
    figure.supxlabel("simulations that flows are fitted to", fontsize=9)
    _legend(figure, axes[2])
    return figure


def robustness(scores: pd.DataFrame) -> Figure:
    """Error and calibration under other observation designs than in training: one panel per measure, one row per condition, one
    marker per summary."""
    labels = {
        "rmse_over_prior_sd": "RMSE / standard deviation\nof the prior",
        "coverage_error": "coverage error\n0: calibrated",
    }
    conditions, summaries = list(scores["condition"].unique()), list(scores["summary"].unique())
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.6 * len(conditions) + 1.3), sharey=True, layout="constrained")
    rows = scores[scores["parameter"] == "all"]
    hue = {"hue": "summary", "hue_order": summaries, "palette": list(PALETTE[: len(summaries)])}
    look = {
        "markers": list(_MARKERS[: len(summaries)]),
        "ms": 4,
        "mew": 0.5,
        "linestyle": "none",
        "err_kws": {"lw": 0.9},
    }
    for axis, (metric, label) in zip(axes, labels.items(), strict=True):
        dodge = 0.6 * (1 - 1 / len(summaries))
        sns.pointplot(rows, x=metric, y="condition", ax=axis, dodge=dodge, **hue, **look, **MEDIAN_AND_RANGE)
        axis.set_xlabel(label)
        axis.set_ylabel("")
        axis.get_legend().remove()
    axes[1].axvline(0, color="0.6", lw=1, zorder=0)
    _legend(figure, axes[0])
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
    figure, axes = _panels(len(names), 1.7)
    for column, (axis, name) in enumerate(zip(axes, names, strict=True)):
        axis.axvspan(*box[:, column], color="0.93", lw=0, label="prior")
        axis.axvline(truth[column], color=VERMILLION, lw=1.2, label="truth")
        excluded = not box[0, column] <= truth[column] <= box[1, column]
        for number, some in enumerate(draws.values()):
            low, high = np.quantile(some[:, column], [0.05, 0.95])
            missed = abs(truth[column] - some[:, column].mean()) / some[:, column].std()
            axis.plot(
                [low, high], [number, number], color=BLUE, lw=1.2, label="90 % of the draws" if number == 0 else None
            )
            axis.plot(some[:, column].mean(), number, "o", ms=4, color=BLUE)
            axis.annotate(f" {missed:.1f} sd", (high, number), fontsize=7, va="center")
        axis.set_yticks(range(len(draws)), list(draws))
        axis.set_ylim(len(draws) - 0.5, -0.5)
        axis.set_title(f"{symbol(name)}{', excluded by the prior' if excluded else ''}")
    allowed = (box[0] <= truth) & (truth <= box[1])
    wrong = [
        (truth < np.quantile(some, 0.05, axis=0)) | (np.quantile(some, 0.95, axis=0) < truth) for some in draws.values()
    ]
    missed, of = int(np.sum(wrong, axis=0)[allowed].sum()), len(wrong) * int(allowed.sum())
    figure.supxlabel(
        f"90 % of the draws miss the truth in {missed} of {of} cases where the prior allows it; {0.1 * of:.0f} would be right",
        fontsize=9,
    )
    _legend(figure, axes[0])
    return figure


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` panels, three per row."""
    rows = -(-count // 3)
    figure, axes = plt.subplots(rows, 3, figsize=(WIDTH, height * rows + 0.5), squeeze=False, layout="constrained")
    for axis in axes.flat[count:]:
        axis.remove()
    return figure, list(axes.flat[:count])


def _legend(figure: Figure, axis: Axes) -> None:
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=4)
