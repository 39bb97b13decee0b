"""The search for the best schedule through a model of past runs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.eager import eager
from pathlode.errors import is_count, is_positive, refuse_unless
from pathlode.schedule.planning.contract import RatedRuns, RateModel
from pathlode.schedule.planning.knots import Knots, at_knots

FLOOR_OF_RATES = 1e-3
"""Least rate of a plan, as a share of the least peak among the trusted runs."""


@dataclass(frozen=True)
class PlanConfig:
    """Settings of a plan.

    Args:
        starts: number of best past runs from whose rates the search starts.
        iterations: steps of Adam from each start.
        step: initial step of Adam in the free numbers of :class:`pathlode.schedule.planning.knots.Knots`.
        caution: weight of the members' standard deviation; a single member has none.
        trusted: number of best past runs in whose range the rates of the plan lie.

    Raises:
        ConfigError: if a number is out of its range.
    """

    starts: int = 3
    iterations: int = 40
    step: float = 0.4
    caution: float = 1.0
    trusted: int = 3

    def __post_init__(self) -> None:
        refuse_unless(
            self,
            ("starts", is_count(self.starts), "a whole number of at least 1"),
            ("iterations", is_count(self.iterations), "a whole number of at least 1"),
            ("step", is_positive(self.step), "a number above 0"),
            ("trusted", is_count(self.trusted), "a whole number of at least 1"),
            ("caution", self.caution == 0 or is_positive(self.caution), "a number of at least 0"),
        )


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

    The mean and the standard deviation are over the model's members. Rates are at most the largest that a trusted run has had
    by then, and at least the share :data:`FLOOR_OF_RATES` of these runs' least peak: a model knows little of rates at which
    runs ended badly, or of large ones before a warm-up. The gradient of the prediction is followed from the knots of the best
    runs.

    Args:
        model: model fitted to the runs.
        runs: the past runs.
        config: settings.

    Raises:
        DataError: if the runs do not fit those with which the model was made.
    """
    config = config or PlanConfig()
    best = runs.losses[..., -1].argsort(dim=1)[..., None]
    trusted, starts = (runs.rates.take_along_dim(best[:, :count], dim=1) for count in (config.trusted, config.starts))
    low, by_then = FLOOR_OF_RATES * trusted.amax(dim=2).amin(dim=1), trusted.amax(dim=1).cummax(dim=1).values
    knots = Knots(runs.rates.shape[2], low, at_knots(by_then).maximum(2 * low[:, None]))  # where all begin at 0
    starts = starts.clamp(min=low[:, None, None])
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
    return last.mean(dim=0) + caution * last.std(dim=0) if caution and len(last) > 1 else last.mean(dim=0)
