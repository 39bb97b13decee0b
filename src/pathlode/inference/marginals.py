"""A figure of one posterior. Unlike those of :mod:`pathlode.plots` it leaves the user's style and backend as they are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def marginals(draws: NDArray[np.floating[Any]], names: Sequence[str], truth: Sequence[float] | None = None) -> "Figure":
    """All one- and two-dimensional marginals, with contours around 50 % and 90 % of the draws.

    Args:
        draws: draws from the posterior, (draw, parameter).
        names: names of the parameters.
        truth: true parameters, which lines mark.
    """
    import corner  # here, because matplotlib takes a second

    figure: Figure = corner.corner(
        draws,
        labels=list(names),
        truths=truth,
        truth_color="0.5",
        bins=30,
        smooth=1.0,
        levels=(0.5, 0.9),
        plot_datapoints=False,
        plot_density=False,
        no_fill_contours=True,
    )
    return figure
