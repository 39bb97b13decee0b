"""Langevin dynamics: samples of a density from the gradient of its logarithm."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from pathlode.core.shapes import Latent
from pathlode.errors import SolverError


def langevin(
    log_density: Callable[[Latent], Tensor],
    start: Latent,
    step: float | Tensor,
    draws: Tensor,
    limit: float = math.inf,
    check: bool = True,
) -> Latent:
    """The end of the chains z ← z + s²/2 ∇ log p(z) + s ξ, one step for each of the draws, without gradient.

    Chains are not corrected by acceptance, so a step of any size has a bias. For a normal distribution with precision λ, the
    variance of the chains tends to 1 / (λ (1 - s² λ / 4)), and they diverge from s² λ = 4 on. Draws that are all 0 give the
    mean of the chains of a normal distribution, and otherwise climb towards a mode.

    Args:
        log_density: log p up to a constant, (member, row, latent) -> (member, row), each row by itself.
        start: where chains begin, (member, row, latent).
        step: s, one number or of a shape that broadcasts to ``start``.
        draws: ξ, standard normal, (step, member, row, latent).
        limit: largest norm of s/2 ∇ log p. Where s is too large for p, chains then stay near, and do not diverge.
        check: whether to refuse chains that diverge.

    Raises:
        SolverError: if a chain is not finite.

    Cost: one evaluation of log p and of its gradient a step. Gradients are taken also where they are switched off.

    Source: Nijkamp et al. 2019, Learning non-convergent non-persistent short-run MCMC toward energy-based model
    (https://arxiv.org/abs/1904.09770).
    """
    z, finite = start.detach(), []
    for drawn in draws:
        drift = step / 2 * score(log_density, z)
        z = z + step * (drift * (limit / drift.norm(dim=-1, keepdim=True)).clamp_max(1.0) + drawn)
        if check:
            finite.append(z.isfinite().all())
    if finite:
        _refuse_divergence(torch.stack(finite))
    return z


def score(log_density: Callable[[Latent], Tensor], z: Latent) -> Latent:
    """∇ log p(z), without gradient, with arguments as in :func:`langevin`."""
    with torch.enable_grad():
        place = z.detach().requires_grad_()
        (slope,) = torch.autograd.grad(log_density(place).sum(), place)
    return slope


def _refuse_divergence(finite: Tensor) -> None:
    """Refuses chains of which one is not finite after some step, (step,)."""
    if not finite.all():
        raise SolverError(
            f"a Langevin chain diverged at step {int((~finite).nonzero()[0]) + 1} of {len(finite)}: lower the size of its "
            "steps, or the learning rate of the model whose density it samples"
        )
