"""Figure of what the latents of beats see."""

from collections.abc import Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from pathlode.arrays import Array
from pathlode.ecg.features import Features
from pathlode.plots.style import WIDTH

_COLOURS = "cividis"  # equally far from each other to readers of any colour vision


def latent_directions(times: Array, beats: Features, shares: Array, steps: Sequence[float]) -> Figure:
    """Decoded beats along each principal direction of z0, one panel a direction.

    Args:
        times: seconds from the R peak, (time,).
        beats: millivolts, (direction, step, time).
        shares: share of z0's variance along each direction, (direction,).
        steps: standard deviations from the median z0, (step,).
    """
    figure, axes = plt.subplots(1, len(beats), figsize=(WIDTH, 2.5), sharey=True, layout="constrained", squeeze=False)
    middle = np.asarray(steps, np.float64) - min(steps)
    shades = mpl.colormaps[_COLOURS](0.9 * middle / middle.max())
    for number, (axis, own, share) in enumerate(zip(axes[0], beats, shares, strict=True), start=1):
        for step, colour, beat in zip(steps, shades, own, strict=True):
            axis.plot(times, beat, color=colour, lw=1.8 if step == 0 else 1.1, label=_label(step))
        axis.set_title(f"direction {number}: {share:.0%} of the variance")
    axes[0, 0].set_ylabel("decoded signal (mV)")
    figure.supxlabel("time from the R peak (s)", fontsize=9)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=len(steps),
        title="standard deviations of z0 along the direction, from the median z0",
        title_fontsize=8,
    )
    return figure


def _label(step: float) -> str:
    return f"{step:+g}".replace("-", "−") if step else "median"
