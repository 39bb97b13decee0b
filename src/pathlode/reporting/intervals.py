"""Intervals and p-values for the centre of a few log ratios, which may have heavy tails.

The centre is the pseudomedian: the median of all Walsh averages (x_i + x_j) / 2, i ≤ j (Hodges & Lehmann 1963). From ten values
on, the interval is that of Wilcoxon's signed-rank test. It is exact for any distribution that is symmetric about its centre,
whatever its tails. If the two sides of a replicate are exchangeable, their log ratio is symmetric about 0, however skewed the
errors themselves are. Student's interval is exact for normal values only. Outliers widen it several times, and it misses the
centre of skewed values several times as often as it states.

Below ten values the signed-rank test cannot reach the levels of a group-sequential plan: five values give no p-value below
1/16. There the interval is Student's. It assumes normal values, errs less often than stated if tails are heavy, and more often
if the values are skewed.

All functions take values of shape (..., replicate) and work along the last axis.
"""

from functools import cache

import numpy as np
from scipy.special import stdtr, stdtrit

from pathlode.arrays import Array

ENOUGH = 10
"""Number of values from which on the signed-rank test is used."""
EQUAL = 1e-9
"""Range up to which values count as equal. Student's interval of equal values would have no width, but equal values show that a
metric is coarse, not that it is exact. They have an infinite interval instead."""


def pseudomedian(values: Array) -> Array:
    """The median of the Walsh averages, (...)."""
    return np.asarray(np.median(_walsh_averages(values), axis=-1))


def interquartile_mean(values: Array) -> Array:
    """The mean of the middle half, (...). Values that the quartiles cut count in part: of 5 values, the inner three count with
    the weights 0.75, 1 and 0.75."""
    n = values.shape[-1]
    edges = np.clip(np.arange(n + 1) / n, 0.25, 0.75)
    return np.asarray(np.sort(values, axis=-1) @ (2 * np.diff(edges)))


def interval(values: Array, level: float) -> tuple[Array, Array]:
    """Lower and upper bound of the centre, each (...). They miss it with a probability of at most ``level``, half of it on
    either side. A single value, and few equal values, have infinite bounds.
    """
    n = values.shape[-1]
    if n >= ENOUGH:
        averages = np.sort(_walsh_averages(values), axis=-1)
        left_out = int(np.searchsorted(2 * _signed_rank_cdf(n), level, side="right"))
        if left_out == 0:
            return np.full(values.shape[:-1], -np.inf), np.full(values.shape[:-1], np.inf)
        return averages[..., left_out - 1], averages[..., -left_out]
    mean, error = _mean_and_error(values)
    half = np.where(np.isfinite(error), stdtrit(max(n - 1, 1), 1 - level / 2) * error, np.inf)
    return mean - half, mean + half


def p_value(values: Array, centre: float) -> Array:
    """Two-sided p-value of the hypothesis that this is the centre, (...): the level at which the interval just excludes it."""
    n = values.shape[-1]
    if n >= ENOUGH:
        averages = _walsh_averages(values)
        extreme = np.minimum((averages <= centre).sum(axis=-1), (averages >= centre).sum(axis=-1))
        return np.asarray(np.minimum(1.0, 2 * _signed_rank_cdf(n)[extreme]))
    mean, error = _mean_and_error(values)
    return np.asarray(2 * stdtr(max(n - 1, 1), -np.abs(mean - centre) / error))


def _walsh_averages(values: Array) -> Array:
    """(x_i + x_j) / 2 of all i ≤ j, (..., pair)."""
    first, second = np.triu_indices(values.shape[-1])
    return (values[..., first] + values[..., second]) / 2


def _mean_and_error(values: Array) -> tuple[Array, Array]:
    """Mean and standard error, each (...); the error is infinite for a single value and for equal ones."""
    n = values.shape[-1]
    unknown = np.ptp(values, axis=-1) < EQUAL
    return values.mean(axis=-1), np.where(unknown, np.inf, values.std(axis=-1, ddof=min(n - 1, 1)) / np.sqrt(n))


@cache
def _signed_rank_cdf(n: int) -> Array:
    """P(W ≤ w) for w = 0, 1, ..., n(n + 1)/2: W is the sum of those of the ranks 1 to n whose sign is positive, and every
    sign is a fair coin."""
    density = np.zeros(n * (n + 1) // 2 + 1)
    density[0] = 1.0
    for rank in range(1, n + 1):
        density = (density + np.concatenate([np.zeros(rank), density[:-rank]])) / 2
    return np.cumsum(density)
