"""The search for the best schedule through a model of past runs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.eager import eager
from pathlode.schedule.planning.contract import RatedRuns, RateModel
from pathlode.schedule.planning.knots import Knots

FLOOR_OF_RATES = 1e-3
"""Least rate of a plan, as a share of the least peak among the past runs."""


@dataclass(frozen=True)
class PlanConfig:
    """Settings of a plan.

    Args:
        starts: number of best past runs from whose rates the search starts.
        iterations: steps of Adam from each start.
        step: initial step of Adam in the free numbers of :class:`pathlode.schedule.planning.knots.Knots`.
        caution: weight of the members' standard deviation.
    """

    starts: int = 3
    iterations: int = 40
    step: float = 0.4
    caution: float = 1.0


@dataclass(frozen=True)
class Plans:
    """The best schedule of each set of runs.

    Attributes:
        rates: rates of every step, (set, step).
        log_losses: logarithms of the losses at the end that the members predict, (member, set).
    """

    rates: Tensor
    log_losses: Tensor


def plan(model: RateModel, runs: RatedRuns, config: PlanConfig | None = None) -> Plans:
    """The schedules for which a model predicts the least mean + caution · standard deviation of the log loss at the end.

    The mean and the standard deviation are over the model's members. Rates stay between the past runs' largest and the share
    :data:`FLOOR_OF_RATES` of their least peak. The gradient of the prediction is followed from the knots of the best past runs.

    Args:
        model: model fitted to the runs.
        runs: the past runs.
        config: settings.
    """
    config = config or PlanConfig()
    peaks = runs.rates.amax(dim=2)
    knots = Knots(runs.rates.shape[2], FLOOR_OF_RATES * peaks.amin(dim=1), peaks.amax(dim=1))
    best = runs.losses[..., -1].argsort(dim=1)[:, : config.starts]
    starts = runs.rates.take_along_dim(best[..., None], dim=1).clamp(min=knots.low[:, None, None])
    free = knots.free(starts).requires_grad_()
    optimizer = eager(torch.optim.Adam)([free], lr=config.step)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.iterations)
    for _ in range(config.iterations):
        optimizer.zero_grad()
        _feared(model, knots.rates(free), config.caution).sum().backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        rates = knots.rates(free)
        chosen = _feared(model, rates, config.caution).argmin(dim=1, keepdim=True)
        best = rates.take_along_dim(chosen[..., None], dim=1)
        return Plans(best[:, 0], model.log_losses(best)[:, :, 0, -1])


def _feared(model: RateModel, rates: Tensor, caution: float) -> Tensor:
    """Mean + caution · standard deviation over members of the log loss at the end, (set, start)."""
    last = model.log_losses(rates)[..., -1]
    return last.mean(dim=0) + caution * last.std(dim=0) if caution else last.mean(dim=0)
