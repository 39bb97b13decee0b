"""Figures of predictions of published logs."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from pathlode.plots.style import WIDTH, LineStyle, legend_above, line_styles, log_scale
from pathlode.reporting.naming import readable

HONEST = 0.8
"""Least share of runs inside a model's central 90 % with which its marker is filled."""
TITLES = {"multipowerlaw": "language models", "algoperf": "AlgoPerf"}
"""Names of the sources in titles."""


def error_against_share(means: pd.DataFrame) -> Figure:
    """The error at the end of runs against the seen share, one panel per source and held-out part, one line per model.

    A marker is open if fewer than :data:`HONEST` of the runs end inside the model's central 90 %.

    Args:
        means: rows of :class:`pathlode.schedule.real_logs.artefacts.RealLogs`.
    """
    panels = list(dict.fromkeys(zip(means["source"], means["held_out"], strict=True)))
    styles = line_styles(list(means["model"].unique()))
    figure, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 2.6), sharey=True, layout="constrained", squeeze=False)
    for axis, (source, held_out) in zip(axes[0], panels, strict=True):
        own = means[(means["source"] == source) & (means["held_out"] == held_out)]
        for model, rows in own.groupby("model", sort=False):
            _line(axis, rows.sort_values("seen"), str(model), styles[str(model)])
        axis.set(title=f"{TITLES[source]}:\n{readable(held_out)} held out", xlabel="seen (%)")
        axis.set_xticks([100 * share for share in sorted(means["seen"].unique())])
        axis.set_xlim(left=0)
        log_scale(axis, "y")
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.grid(axis="y", color="0.92", lw=0.6)
        axis.set_axisbelow(True)
    axes[0, 0].set_ylabel("error of the loss at the end (%)")
    legend_above(figure, axes[0, 0])
    return figure


def _line(axis: Axes, rows: pd.DataFrame, model: str, style: LineStyle) -> None:
    shares, errors = 100 * rows["seen"], 100 * rows["error"]
    axis.plot(shares, errors, color=style.colour, ls=style.dashes, lw=1.2, label=readable(model))
    for share, error, covered in zip(shares, errors, rows["covered_90"], strict=True):
        inside = style.colour if covered >= HONEST else "white"
        axis.plot(share, error, style.marker, color=style.colour, mfc=inside, ms=4)
