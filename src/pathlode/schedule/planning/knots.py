"""Schedules as a few knots of the log rate."""

import functools
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.errors import DataError
from pathlode.schedule.planning.contract import check_sizes

KNOTS = 10


@dataclass(frozen=True)
class Knots:
    """Log rates at :data:`KNOTS` shares of the run, dense towards its end, with lines between them, inside a range.

    The shares are 1 - (1 - u)² for equally spaced u. Free numbers x give the log rate ln low + (ln high - ln low) σ(x).

    Args:
        steps: optimiser steps of the run.
        low: least rates, (set,).
        high: largest rates at every knot, (set, knot), or everywhere, (set, 1).

    Raises:
        ConfigError: if there are no steps.
        DataError: if a least rate is not above 0, or not below the largest.
    """

    steps: int
    low: Tensor
    high: Tensor

    def __post_init__(self) -> None:
        check_sizes(steps=self.steps)
        if not (self.low > 0).all() or not (self.low[:, None] < self.high).all():
            raise DataError(
                f"rates from {float(self.low.min()):g} to {float(self.high.min()):g} are no range, expected one above 0 and a "
                "larger one"
            )

    def rates(self, free: Tensor) -> Tensor:
        """Rates of every step, (set, start, step), from free numbers (set, start, knot)."""
        low, high = self._range()
        knots = low + (high - low) * free.sigmoid()
        return (knots @ _lines(self.steps).to(knots)).exp()

    def free(self, rates: Tensor) -> Tensor:
        """Free numbers of the nearest knots to rates (set, start, step), inside the range."""
        low, high = self._range()
        return ((at_knots(rates).log() - low) / (high - low)).clamp(0.02, 0.98).logit()

    def _range(self) -> tuple[Tensor, Tensor]:
        return self.low.log()[:, None, None], self.high.log()[:, None]


def at_knots(rates: Tensor) -> Tensor:
    """Rates (..., step) at the knots, (..., knot): those of the nearest steps."""
    return rates[..., (_shares() * (rates.shape[-1] - 1)).round().long()]


@functools.cache
def _lines(steps: int) -> Tensor:
    """Weights of the knots in the middle of every step, (knot, step): those of a line between the two around it."""
    shares, moments = _shares(), (torch.arange(steps) + 0.5) / steps
    after = torch.searchsorted(shares, moments).clamp(1, KNOTS - 1)
    weight = (moments - shares[after - 1]) / (shares[after] - shares[after - 1])
    one = torch.eye(KNOTS)
    return one[:, after - 1] * (1 - weight) + one[:, after] * weight


def _shares() -> Tensor:
    return 1 - (1 - torch.linspace(0, 1, KNOTS)).square()
