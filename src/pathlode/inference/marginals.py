"""A figure of one posterior. Unlike those of :mod:`pathlode.plots` it leaves the user's style and backend as they are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def marginals(draws: NDArray[np.floating[Any]], names: Sequence[str], truth: Sequence[float] | None = None) -> "Figure":
    """All one- and two-dimensional marginals, with contours around 50 % and 90 % of the draws.

    Args:
        draws: draws from the posterior, (draw, parameter).
        names: names of the parameters.
        truth: true parameters, which lines mark.

    Raises:
        ConfigError: if there are no more draws than parameters.
        DataError: if the truth is not as many finite numbers as there are names.
    """
    import corner  # here, because matplotlib takes a second

    if len(draws) <= len(names):
        raise ConfigError(f"there are {len(draws)} draws, expected more than the {len(names)} parameters for a figure")
    if truth is not None:
        numbers = as_numbers(truth, "the truth")
        if numbers.shape != (len(names),) or not numbers.isfinite().all():
            raise DataError(
                f"the truth is {numbers.tolist()}, expected {len(names)} finite numbers: {', '.join(map(str, names))}"
            )
        truth = numbers.tolist()

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
