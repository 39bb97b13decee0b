"""Exact transitions of linear stochastic differential equations over gaps of any length."""

from dataclasses import dataclass

import torch
from torch import Tensor

TAYLOR = {torch.float32: (5, 0.25), torch.float64: (14, 0.5)}
"""By floating-point type: the order of the Taylor series, and the largest norm of A h at which it is exact to rounding."""
LARGEST = 1e10
"""Numbers of transitions and beliefs that grow beyond it stay there, without gradient, so that no growth overflows."""


@dataclass(frozen=True)
class Transition:
    """z(t + Δ) = Φ z(t) + w with w ~ N(0, Q).

    Attributes:
        matrix: Φ, (..., state, state).
        noise: Q, (..., state, state).
    """

    matrix: Tensor
    noise: Tensor


def transition(drift: Tensor, diffusion: Tensor, elapsed: Tensor) -> Transition:
    """The transition of dz = A z dt + dW, where W has independent components with variances q t:

        Φ = exp(A Δ),   Q = ∫ exp(A u) diag(q) exp(A u)ᵀ du  for u from 0 to Δ.

    Both come from their Taylor series at h = Δ / 2^s, by s doublings: Φ(2h) = Φ(h)² and Q(2h) = Q(h) + Φ(h) Q(h) Φ(h)ᵀ. All
    terms are covariances. The usual exponential of a matrix of twice the size contains exp(-A Δ) besides, which overflows where
    the state forgets fast. Every gap has its own s, so no transition depends on the others.

    For a gap below 0 the transition leads back: Φ = exp(A Δ) as well, and Q is the covariance of z(t + Δ) given z(t) if nothing
    else is known.

    Args:
        drift: A, (..., state, state).
        diffusion: q, at least 0, (..., state).
        elapsed: Δ, (...).

    Cost: 4 + 2 s products of matrices in single precision; with gradients about a fifth of that of ``torch.linalg.matrix_exp``
    of twice the size.
    Source: Axelsson & Gustafsson 2015 (https://doi.org/10.1109/TAC.2014.2353112), for Q by its differential equation.
    """
    order, most = TAYLOR[drift.dtype]
    growth = (drift * elapsed[..., None, None]).detach()
    halvings = (growth.abs().sum(dim=-1).amax(dim=-1) / most).log2().ceil().clamp_min(0)
    step = elapsed * torch.exp2(-halvings)
    matrix, noise = _by_series(drift * step[..., None, None], (diffusion * step.abs()[..., None]).diag_embed(), order)
    for doubling in range(int(halvings.max())):
        short = (doubling < halvings)[..., None, None]
        twice, moved = (matrix @ torch.cat([matrix, noise], dim=-1)).chunk(2, dim=-1)
        pair = torch.cat([twice, noise + moved @ matrix.mT], dim=-1)
        grown = (pair.detach().abs() > LARGEST).any(dim=-1, keepdim=True).any(dim=-2, keepdim=True)
        pair = bounded(pair.detach()).where(grown, pair)
        matrix, noise = pair.where(short, torch.cat([matrix, noise], dim=-1)).chunk(2, dim=-1)
    return Transition(matrix, noise)


def bounded(numbers: Tensor) -> Tensor:
    """The numbers, held between ±:data:`LARGEST`."""
    return numbers.clamp(-LARGEST, LARGEST)


def _by_series(growth: Tensor, noise: Tensor, order: int) -> tuple[Tensor, Tensor]:
    """Σ_k X^k / k! and Σ_k T_k, for X = A h and T_k = (X T_{k-1} + (X T_{k-1})ᵀ) / (k + 1) from T_0 = diag(q) h."""
    power, term = growth, noise
    matrix = torch.eye(growth.shape[-1], dtype=growth.dtype, device=growth.device) + growth
    for k in range(2, order + 1):
        power, term = (growth @ torch.cat([power, term], dim=-1) / k).chunk(2, dim=-1)
        term = term + term.mT
        matrix, noise = matrix + power, noise + term
    return matrix, noise
