"""The central region of draws from a distribution, between its outer quantiles."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

CENTRAL = 0.9
"""Probability of the region that tables and figures show."""


def central(draws: NDArray[Any], level: float = CENTRAL) -> NDArray[Any]:
    """Bounds of the central region: the quantiles ``(1 - level) / 2`` and ``(1 + level) / 2`` of the draws, (2, ...).

    Args:
        draws: (draw, ...). NaN does not count.
        level: probability of the region.
    """
    quantile = np.nanquantile if np.isnan(draws).any() else np.quantile
    bounds: NDArray[Any] = quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return bounds


def inside(draws: NDArray[Any], values: NDArray[Any], level: float = CENTRAL) -> NDArray[np.bool_]:
    """Whether each value lies in the :func:`central` region of its draws; it does at the bounds, and NaN does not, (...).

    Args:
        draws: (draw, ...).
        values: (...).
        level: probability of the region.
    """
    low, high = central(draws, level)
    found: NDArray[np.bool_] = (low <= values) & (values <= high)
    return found


def share_inside(draws: NDArray[Any], values: NDArray[Any], level: float = CENTRAL) -> float:
    """Share of the values that lie in the :func:`central` region of their draws.

    Args:
        draws: (draw, ...). NaN does not count.
        values: (...). NaN does not count.
        level: probability of the region.
    """
    return float(inside(draws, values, level)[~np.isnan(values)].mean())
