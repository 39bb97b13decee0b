"""Several looks at a growing number of replicates, under one budget of errors.

Replicates are added until the verdicts are clear, so there are several chances to err. All looks together may err with
probability α. A spending function divides it among them (Lan & DeMets 1983). Here it is Pocock's type: after a fraction t of
the replicates,

    spent(t) = α ln(1 + (e - 1) t).

The level of each look is the two-sided level of a test that, together with the looks before it, errs with probability
spent(t). It is computed for sums of normal increments, and the tests at each look take over the levels (Jennison & Turnbull
2000, chapter 7).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from pathlode.arrays import Array
from pathlode.errors import refuse_unless

NODES, WEIGHTS = np.polynomial.legendre.leggauss(100)
BUDGETS = np.geomspace(1e-9, 0.9, 80)
"""Errors over all looks for which levels are computed. Between them, logarithms are interpolated."""


@dataclass(frozen=True)
class Looks:
    """A plan of looks.

    Args:
        replicates: numbers of replicates at which the plan has a look, increasing.
        error: probability of a false verdict over all looks together.

    Raises:
        ConfigError: if the numbers do not increase from at least 1, or the error is not a probability.
    """

    replicates: tuple[int, ...] = (5, 10, 20, 40)
    error: float = 0.05

    def __post_init__(self) -> None:
        rising = all(np.diff((0, *self.replicates)) > 0)
        refuse_unless(
            self,
            ("replicates", bool(self.replicates) and rising, "increasing numbers from 1"),
            ("error", 0 < self.error < 0.9, "a probability below 0.9"),
        )

    def number(self, n: int) -> int:
        """The look that n replicates have reached, from 1; with fewer than the first look's, the first."""
        return max(1, sum(n >= planned for planned in self.replicates))

    def level(self, n: int) -> float:
        """Two-sided level of a test on n replicates."""
        return _levels(self._fractions, self.error)[self.number(n) - 1]

    def over_all(self, p: float, n: int) -> float:
        """The p-value over all looks of a test that has this p-value on n replicates.

        It is the smallest error over all looks with which the test would reject at its look: a repeated p-value (Jennison &
        Turnbull 2000, chapter 9). Above 0.9 it is 1.
        """
        levels = _table(self._fractions)[:, self.number(n) - 1]
        if p > levels[-1]:
            return 1.0
        return float(np.exp(np.interp(np.log(max(p, levels[0])), np.log(levels), np.log(BUDGETS))))

    @property
    def _fractions(self) -> tuple[float, ...]:
        return tuple(n / self.replicates[-1] for n in self.replicates)


def spent(fraction: float, error: float) -> float:
    """Part of the error that is spent after this fraction of the replicates: error · ln(1 + (e - 1) · fraction)."""
    return float(error * np.log1p((np.e - 1) * fraction))


@cache
def _table(fractions: tuple[float, ...]) -> Array:
    """Levels at all :data:`BUDGETS`, (error, look)."""
    return np.array([_levels(fractions, error) for error in BUDGETS])


@cache
def _levels(fractions: tuple[float, ...], error: float) -> tuple[float, ...]:
    """The two-sided level of every look.

    The sum of increments is a Brownian motion S at the times t_k. Look k rejects if |S(t_k)| > c_k √t_k. Its c_k solves
    P(no rejection before k, rejection at k) = spent(t_k) - spent(t_{k-1}), where the density of S(t_{k-1}) without a rejection
    is integrated numerically (Armitage, McPherson & Rowe 1969).
    """
    found: list[float] = []
    places, masses, before = np.zeros(1), np.ones(1), 0.0
    for fraction in fractions:
        step = np.sqrt(fraction - before)
        allowed = spent(fraction, error) - spent(before, error)
        bound = brentq(_excess, 0.0, 40.0, args=(places, masses, step, allowed))
        found.append(float(2 * ndtr(-bound / np.sqrt(fraction))))
        grid = bound * NODES
        density = np.exp(-(((grid - places[:, None]) / step) ** 2) / 2) / (step * np.sqrt(2 * np.pi))
        places, masses, before = grid, bound * WEIGHTS * (masses @ density), fraction
    return tuple(found)


def _excess(bound: float, places: Array, masses: Array, step: float, allowed: float) -> float:
    """P(|S| > bound after one more step) less the allowed probability."""
    return float(masses @ (ndtr((places - bound) / step) + ndtr((-places - bound) / step)) - allowed)
