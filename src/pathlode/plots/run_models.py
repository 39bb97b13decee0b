"""A figure of a model of training runs: what it predicts and proposes in the course of the best past run."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from pathlode.plots.style import BLACK, ORANGE, PURPLE, VERMILLION, WIDTH, log_scale
from pathlode.schedule.proposals import Proposal
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import LOG_RATE

LABELS = ("training loss", "learning rate", "metric")
"""Of the axes."""


def run_model_proposals(model: RunModel, proposals: Sequence[Proposal]) -> Figure:
    """The best past run, the futures predicted at some of its moments, and the proposed schedules: one panel a quantity.

    Args:
        model: of past runs.
        proposals: one for each moment.
    """
    figure, axes = plt.subplots(1, len(LABELS), figsize=(WIDTH, 2.6), layout="constrained")
    clock = np.linspace(0, 1, model.config.points)
    for row, (axis, label) in enumerate(zip(axes, LABELS, strict=True)):
        of = np.exp if row == LOG_RATE else np.asarray
        for proposal, colour in zip(proposals, (ORANGE, PURPLE, VERMILLION), strict=False):
            name = f"predicted at {proposal.seen:.0%}"
            for number, future in enumerate(proposal.futures[:20]):
                line = axis.plot(proposal.share, of(future[:, row]), color=colour, lw=0.5, alpha=0.4)[0]
                line.set_label(name if number == 0 else "_")
            if row == LOG_RATE and proposal.schedule is not None:
                axis.plot(proposal.later, of(proposal.schedule), color=colour, label=f"proposed at {proposal.seen:.0%}")
        axis.plot(clock, of(model.best[:, row]), color=BLACK, label="best past run")
        axis.set_xlabel("fraction of the training")
        axis.set_ylabel(label)
    log_scale(axes[LOG_RATE], "y")
    handles, labels = axes[LOG_RATE].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure
