"""Schedules as a few knots of the log rate."""

import functools
from dataclasses import dataclass

import torch
from torch import Tensor

KNOTS = 10


@dataclass(frozen=True)
class Knots:
    """Log rates at :data:`KNOTS` shares of the run, dense towards its end, with lines between them, inside a range.

    The shares are 1 - (1 - u)² for equally spaced u. Free numbers x give the log rate ln low + (ln high - ln low) σ(x).

    Args:
        steps: optimiser steps of the run.
        low: least rates, (set,).
        high: largest rates, (set,).
    """

    steps: int
    low: Tensor
    high: Tensor

    def rates(self, free: Tensor) -> Tensor:
        """Rates of every step, (set, start, step), from free numbers (set, start, knot)."""
        low, high = (bound.log()[:, None, None] for bound in (self.low, self.high))
        knots = low + (high - low) * free.sigmoid()
        return (knots @ _lines(self.steps).to(knots)).exp()

    def free(self, rates: Tensor) -> Tensor:
        """Free numbers of the nearest knots to rates (set, start, step), inside the range."""
        low, high = (bound.log()[:, None, None] for bound in (self.low, self.high))
        at = (_shares() * (self.steps - 1)).round().long()
        return ((rates[..., at].log() - low) / (high - low)).clamp(0.02, 0.98).logit()


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
