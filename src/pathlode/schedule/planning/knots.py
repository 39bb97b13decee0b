"""Schedules as a few knots of the log rate."""

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
        moments = (torch.arange(self.steps) + 0.5) / self.steps
        after = torch.searchsorted(_shares(), moments).clamp(1, KNOTS - 1)
        weight = (moments - _shares()[after - 1]) / (_shares()[after] - _shares()[after - 1])
        weight = weight.to(knots)
        return (knots[..., after - 1] * (1 - weight) + knots[..., after] * weight).exp()

    def free(self, rates: Tensor) -> Tensor:
        """Free numbers of the nearest knots to rates (set, start, step), inside the range."""
        low, high = (bound.log()[:, None, None] for bound in (self.low, self.high))
        at = (_shares() * (self.steps - 1)).round().long()
        return ((rates[..., at].log() - low) / (high - low)).clamp(0.02, 0.98).logit()


def _shares() -> Tensor:
    return 1 - (1 - torch.linspace(0, 1, KNOTS)).square()
