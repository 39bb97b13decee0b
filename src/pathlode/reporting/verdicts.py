"""The rule that decides: from paired errors to one of five verdicts.

The errors of both sides are compared within replicates, by log ratios r_i = ln(rival_i / ours_i). The interval of their centre
(:mod:`pathlode.reporting.intervals`) has the level of the look (:mod:`pathlode.reporting.looks`). If all replicates are tested
on the same patients, it holds the chance of having these patients too. Ratios from 1/m to m count as no difference, where m is
the claim's margin.

============== =========================================================================================
verdict        when
============== =========================================================================================
no difference  the whole interval lies between 1/m and m
better         else, if the whole interval lies above 1
worse          else, if it lies below 1
undecided      otherwise
inadequate     whatever the interval, if neither side does the job (:mod:`pathlode.reporting.adequacy`)
============== =========================================================================================

For a claim of at least a factor f, such as three times the accuracy, ratios are divided by f first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from pathlode.arrays import Array
from pathlode.errors import DataError
from pathlode.reporting.intervals import interquartile_mean, interval, p_value, pseudomedian
from pathlode.reporting.looks import Looks

DECIDED = ("better", "worse", "no difference")
"""Verdicts that say something about the ratio."""
VERDICTS = (*DECIDED, "undecided", "inadequate")
"""All verdicts."""
NOT_RUN = "not run"
"""In place of a verdict, if this run made no rows of one side."""


@dataclass(frozen=True)
class Comparison:
    """What paired ratios rival / ours say; above 1, ours is better.

    Attributes:
        ratio: exp of the pseudomedian of the log ratios.
        low: lower bound of its interval.
        high: upper bound of its interval.
        n: number of replicates.
        verdict: one of :data:`DECIDED` or ``undecided``.
        geometric_mean: geometric mean of the ratios; a single outlier moves it.
        iqm: exp of the interquartile mean of the log ratios.
        share_better: share of replicates in which ours is better.
        look: number of the look, from 1.
        level: two-sided level of the interval.
        p: p-value of the verdict over all looks; of an undecided one, that of the nearest verdict.
    """

    ratio: float
    low: float
    high: float
    n: int
    verdict: str
    geometric_mean: float
    iqm: float
    share_better: float
    look: int
    level: float
    p: float


def log_ratios(rival: Sequence[float], ours: Sequence[float]) -> Array:
    """ln(rival_i / ours_i), (replicate,).

    Raises:
        DataError: if a value is not positive, or the lengths differ.
    """
    above, below = np.asarray(rival, float), np.asarray(ours, float)
    if above.shape != below.shape or not all(np.isfinite(side).all() and (side > 0).all() for side in (above, below)):
        raise DataError(f"a ratio needs equally many positive numbers, got {list(rival)} and {list(ours)}")
    return np.asarray(np.log(above) - np.log(below))


def compare(logs: Array, looks: Looks, margin: float, factor: float = 1.0, without: Array | None = None) -> Comparison:
    """The comparison of one claim on one system.

    Args:
        logs: log ratios, (replicate,), at least one.
        looks: the plan of looks.
        margin: m, above 1.
        factor: f.
        without: the log ratios without each of the units that all replicates share, (unit, replicate).
    """
    n = len(logs)
    level = looks.level(n)
    low, high = (float(np.exp(bound)) for bound in interval(logs, level, without))
    decision = verdict(low, high, margin, factor)
    return Comparison(
        ratio=float(np.exp(pseudomedian(logs))),
        low=low,
        high=high,
        n=n,
        verdict=decision,
        geometric_mean=float(np.exp(logs.mean())),
        iqm=float(np.exp(interquartile_mean(logs))),
        share_better=float((logs > 0).mean()),
        look=looks.number(n),
        level=level,
        p=looks.over_all(_p_of(decision, logs, margin, factor, without), n),
    )


def verdict(low: float, high: float, margin: float, factor: float = 1.0) -> str:
    """The verdict of an interval, without regard to adequacy.

    Args:
        low: lower bound of the ratio rival / ours.
        high: its upper bound.
        margin: ratios from 1 / margin to margin, times the factor, count as no difference.
        factor: the ratio that is asked for.
    """
    if factor / margin < low and high < factor * margin:
        return "no difference"
    return "better" if low > factor else "worse" if high < factor else "undecided"


def false_discovery_rates(p: Sequence[float]) -> Array:
    """Benjamini and Hochberg's adjusted p-values, min over j ≥ i of p_(j) m / j.

    Of the verdicts whose adjusted p-value is at most q, a share of at most q is false on average.
    """
    return np.asarray(false_discovery_control(p)) if len(p) else np.zeros(0)


def _p_of(decision: str, logs: Array, margin: float, factor: float, without: Array | None) -> float:
    """p-value of the verdict at this look.

    A difference is tested against the ratio f. No difference is tested against both f/m and f·m, and the larger p-value counts.
    """
    differs = float(p_value(logs, np.log(factor), without))
    ends = np.log(factor / margin), np.log(factor * margin)
    inside = ends[0] < pseudomedian(logs) < ends[1]
    equal = max(float(p_value(logs, end, without)) for end in ends) if inside else 1.0
    return {"no difference": equal, "undecided": min(differs, equal)}.get(decision, differs)
