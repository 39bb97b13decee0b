"""A model of training runs as a sum of exponential modes whose clock runs in rate × steps."""

import torch
from torch import Tensor

from pathlode.core.eager import eager
from pathlode.schedule.planning.contract import RatedRuns, RateModel
from pathlode.schedule.planning.recurrence import recurrence

MODES = 10
SPAN = (-1.0, 7.0)
"""Range of ln(h · S) at the start of a fit, with the largest sum of rates S of a past run."""
FIT_RATE = 0.1
"""Initial step of Adam, in units of the logarithm of a parameter."""


class ExponentialModes(RateModel):
    """L = Σ_k e_k + c, with e_k ← e_k exp(-2 h_k s) + q_k (η/η_max) (1 - exp(-2 h_k s)) (1 + g L) between two moments.

    s is the sum of the rates between them, η their mean, and η_max the largest rate of the past runs. So a mode decays with the
    rates so far, to a floor in proportion to the rate. The floor of a training that noise of the data keeps from converging is
    such, and g adds noise that grows with the loss. Fitted are the logarithms of h, q, g, c and of e_k at the start, by Adam on
    the mean squared error of log L. Members differ in their start, and in weights of the runs drawn from an exponential
    distribution.

    Args:
        runs: past runs, which set the scales of the start.
        members: number of models of each set.
        seed: seed of the members' differences.
        modes: number of modes.

    Source: ours. A quadratic loss has such modes in the limit of small rates, in which the factor (1 - η h_k)² of a step tends
    to exp(-2 η h_k), e.g. Zhang et al. 2019, Which algorithmic choices matter at which batch sizes?
    (https://arxiv.org/abs/1907.04164). For η h_k near 1 the factors differ much.
    """

    def __init__(self, runs: RatedRuns, members: int = 4, seed: int = 0, modes: int = MODES) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.moments = runs.moments
        rates, losses = runs.rates.float(), runs.losses.float()
        self.largest = rates.amax(dim=(1, 2))
        longest, first, last = rates.sum(dim=2).amax(dim=1), losses[..., 0].amax(dim=1), losses.amin(dim=(1, 2))
        shape = (members, len(rates), modes)
        slowness = torch.linspace(*SPAN, modes) - longest[:, None].log()
        self.parameters = {
            "h": slowness + 0.3 * self._normal(shape),
            "e": (first / modes).log()[:, None] + 0.3 * self._normal(shape),
            "q": last.log()[:, None] - 1.0 + 0.3 * self._normal(shape),
            "g": -3.0 - last.log()[:, None] + 0.3 * self._normal((*shape[:2], 1)),
            "c": last.log()[:, None] - 2.0 + 0.3 * self._normal((*shape[:2], 1)),
        }

    def _normal(self, shape: tuple[int, ...]) -> Tensor:
        return torch.randn(shape, generator=self.generator)

    def log_losses(self, rates: Tensor) -> Tensor:
        parts = rates.float().unflatten(2, (self.moments, -1))
        values = (self.parameters[name].exp() for name in ("h", "e", "q", "g", "c"))
        h, e, q, g, c = (each.permute(2, 0, 1)[..., None] for each in values)  # (mode, member, set, 1)
        clock, level = parts.sum(dim=3), parts.mean(dim=3) / self.largest[:, None, None]
        clock, level = (each.permute(2, 0, 1)[:, None] for each in (clock, level))  # (part, 1, set, run)
        return recurrence(e, h, q, g[0], c[0], clock, level).permute(1, 2, 3, 0).log()

    def fit(self, runs: RatedRuns, steps: int) -> None:
        target = runs.losses.float().log()
        members, sets, _ = self.parameters["h"].shape
        weights = torch.empty(members, sets, target.shape[1]).exponential_(generator=self.generator)[..., None]
        weights = weights / weights.mean(dim=2, keepdim=True)
        values = [value.requires_grad_() for value in self.parameters.values()]
        optimizer = eager(torch.optim.Adam)(values, lr=FIT_RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for _ in range(steps):
            optimizer.zero_grad()
            error = weights * (self.log_losses(runs.rates) - target).square()
            error.mean(dim=(2, 3)).sum().backward()
            optimizer.step()
            schedule.step()
        self.parameters = {name: value.detach() for name, value in self.parameters.items()}
