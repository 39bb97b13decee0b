"""The parameters of highest posterior density."""

import torch
from torch import Tensor

from pathlode.inference.flows.contract import Flow

_STEPS = 100
"""Steps of the ascent from the best draws."""
_RATE = 0.05
"""Its first learning rate, in standard deviations of the mapped parameters; it falls to 0."""


def modes(flow: Flow, summary: Tensor, draws: int = 1000, seed: int = 0) -> Tensor:
    """Maximum of log q(θ | c) for each summary or observation (n, ...): (n, parameter).

    Adam ascends from the likeliest of many draws, on the real numbers that the prior's bounds are mapped to. The density is
    that of θ itself. The best of all steps is kept, so a mode is at least as likely as every draw.

    Args:
        flow: a fitted flow.
        summary: summaries or observations, as for :meth:`pathlode.inference.flows.contract.Flow.sample`.
        draws: number of draws.
        seed: seed of the draws.
    """
    drawn, densities = flow.sample_and_log_prob(draws, summary, seed)
    densities, best = densities.max(dim=0)
    theta = drawn.gather(0, best[None, :, None].expand(1, *drawn.shape[1:]))[0]
    embedded = flow.embed(flow.standard_observations(flow.as_given(summary))).detach()
    y = flow.standard_parameters(theta)[0].requires_grad_()
    optimiser = torch.optim.Adam([y], lr=_RATE)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, _STEPS)
    for _ in range(_STEPS):
        at = flow.from_standard(y)
        density = flow.density(y, embedded) + flow.standard_parameters(at)[1]
        better = density > densities
        theta, densities = torch.where(better[:, None], at, theta).detach(), density.where(better, densities).detach()
        (gradient,) = torch.autograd.grad(-density.sum(), y)
        y.grad = gradient.nan_to_num()
        optimiser.step()
        falling.step()
    return theta
