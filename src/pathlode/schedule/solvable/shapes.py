"""Schedules by name as rates of all steps."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.registry import POLICIES
from pathlode.schedule.policies.contract import Training


def shape(policy: str, steps: int) -> Tensor:
    """Rates of all steps of a parametric policy with peak 1, (step,).

    Args:
        policy: name in :data:`pathlode.registry.POLICIES` of a policy whose rates are in proportion to its peak.
        steps: optimiser steps.
    """
    made, rates = POLICIES[policy](Training([nn.Parameter(torch.zeros(1))], steps), 1.0), []
    for _ in range(steps):
        rates.append(made.rate)
        made.optimizer.step()
        made.step(0.0, None)
    return torch.tensor(rates, dtype=torch.float64)


def stable_then_decay(steps: int, share: float) -> Tensor:
    """A constant rate of 1 that falls to zero along a line in the last share of the steps, (step,)."""
    left = 1 - torch.arange(steps, dtype=torch.float64) / steps
    return (left / share).clamp(max=1.0)


def at_peaks(shapes: Sequence[Tensor], peaks: Tensor) -> Tensor:
    """Every shape at every peak, (peak · shape, step), the peak first."""
    return (peaks[:, None, None] * torch.stack(list(shapes))).flatten(0, 1)


def halved(largest: float, count: int) -> Tensor:
    """Peaks from the largest down, each half of the one before, (count,)."""
    return largest * 0.5 ** torch.arange(count, dtype=torch.float64)
