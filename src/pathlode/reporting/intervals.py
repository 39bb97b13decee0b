"""Intervals and p-values for the centre of a few log ratios, which may have heavy tails.

The centre is the pseudomedian: the median of all Walsh averages (x_i + x_j) / 2, i ≤ j (Hodges & Lehmann 1963). From ten values
on, the interval is that of Wilcoxon's signed-rank test. It is exact for any distribution that is symmetric about its centre,
whatever its tails. If the two sides of a replicate are exchangeable, their log ratio is symmetric about 0, however skewed the
errors themselves are. Student's interval is exact for normal values only. Outliers widen it several times, and it misses the
centre of skewed values several times as often as it states.

Below ten values the signed-rank test cannot reach the levels of a group-sequential plan: five values give no p-value below
1/16. There the interval is Student's. It assumes normal values, errs less often than stated if tails are heavy, and more often
if the values are skewed.

Units that all replicates share, such as the patients of a fixed test set, add to the chance: others would have given other
values. Let m(p) be the mean over the replicates without unit p = 1, ..., P. The variance of the mean is estimated by

    V = V_1 + V_2,   V_1 = s² / n,   V_2 = (P - 1) / P · Σ_p (m(p) - m̄)²,

the replicates' part, and the units' part by the jackknife, which is too large on average rather than too small (Efron & Stein
1981, doi:10.1214/aos/1176345462). What replicates and units do together is in both parts, so that V errs to the same side. The
interval is the mean ± t √V. Here t is Student's with V² / (V_1² / (n - 1) + V_2² / (P - 1)) degrees of freedom (Satterthwaite
1946, doi:10.2307/3002019). Without V_2 it is Student's interval above. The design, readers by cases, is that of Obuchowski &
Rockette (1995, doi:10.1080/03610919508813243). Simulated ratios of macro F1, where a few of 10 or 22 patients have most beats
of a class, miss its 95 % intervals in 2 to 9 of a hundred cases. A bootstrap over the patients does worse, with 4 to 14, and
Student's interval over the replicates alone is missed in 4 to 75.

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


def interval(values: Array, level: float, without: Array | None = None) -> tuple[Array, Array]:
    """Lower and upper bound of the centre, each (...). They miss it with a probability of at most ``level``, half of it on
    either side. A single value, and few equal values, have infinite bounds.

    Args:
        values: (..., replicate).
        level: the probability.
        without: the values without each of the units that all replicates share, (unit, ..., replicate), if there are such.
            A single unit, and values that do not exist without one of them (NaN), have infinite bounds.
    """
    n = values.shape[-1]
    if n >= ENOUGH and without is None:
        averages = np.sort(_walsh_averages(values), axis=-1)
        left_out = int(np.searchsorted(2 * _signed_rank_cdf(n), level, side="right"))
        if left_out == 0:
            return np.full(values.shape[:-1], -np.inf), np.full(values.shape[:-1], np.inf)
        return averages[..., left_out - 1], averages[..., -left_out]
    mean, error, freedom = _mean_and_error(values, without)
    half = np.where(np.isfinite(error), stdtrit(freedom, 1 - level / 2) * error, np.inf)
    return mean - half, mean + half


def p_value(values: Array, centre: float, without: Array | None = None) -> Array:
    """Two-sided p-value of the hypothesis that this is the centre, (...): the level at which the interval just excludes it.

    Args:
        values: as in :func:`interval`.
        centre: the hypothesis.
        without: as in :func:`interval`.
    """
    n = values.shape[-1]
    if n >= ENOUGH and without is None:
        averages = _walsh_averages(values)
        extreme = np.minimum((averages <= centre).sum(axis=-1), (averages >= centre).sum(axis=-1))
        return np.asarray(np.minimum(1.0, 2 * _signed_rank_cdf(n)[extreme]))
    mean, error, freedom = _mean_and_error(values, without)
    return np.asarray(2 * stdtr(freedom, -np.abs(mean - centre) / error))


def _walsh_averages(values: Array) -> Array:
    """(x_i + x_j) / 2 of all i ≤ j, (..., pair)."""
    first, second = np.triu_indices(values.shape[-1])
    return (values[..., first] + values[..., second]) / 2


def _mean_and_error(values: Array, without: Array | None) -> tuple[Array, Array, Array]:
    """Mean, standard error and its degrees of freedom, each (...). The error is infinite for a single value, for equal values,
    and if the units' part is unknown."""
    n = values.shape[-1]
    unknown = np.ptp(values, axis=-1) < EQUAL
    between = values.var(axis=-1, ddof=min(n - 1, 1)) / n
    variance, freedom = between, np.full_like(between, max(n - 1, 1))
    if without is not None:
        units, means = len(without), without.mean(axis=-1)
        of_units = (units - 1) * means.var(axis=0)  # the mean square over P units, times P - 1
        unknown = unknown | (units < 2) | ~np.isfinite(of_units)
        variance = between + of_units
        parts = between**2 / max(n - 1, 1) + of_units**2 / max(units - 1, 1)
        freedom = np.where(unknown, 1.0, variance**2 / np.where(parts > 0, parts, 1.0))
    return values.mean(axis=-1), np.where(unknown, np.inf, np.sqrt(variance)), freedom


@cache
def _signed_rank_cdf(n: int) -> Array:
    """P(W ≤ w) for w = 0, 1, ..., n(n + 1)/2: W is the sum of those of the ranks 1 to n whose sign is positive, and every
    sign is a fair coin."""
    density = np.zeros(n * (n + 1) // 2 + 1)
    density[0] = 1.0
    for rank in range(1, n + 1):
        density = (density + np.concatenate([np.zeros(rank), density[:-rank]])) / 2
    return np.cumsum(density)
