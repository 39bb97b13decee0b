"""Exact transitions of linear stochastic differential equations over gaps of any length."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

SERIES = {torch.float32: (6, 3, 0.35), torch.float64: (14, 7, 0.5)}
"""By floating-point type: order of the Taylor series, nodes of the quadrature, and the norm of A h up to which both are exact
but for rounding."""
MOST_HALVINGS = 60
"""Largest s; beyond it A has overflown."""
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

    At h = Δ / 2^s, the exponential is its Taylor series, and the integral is a Gauss-Legendre sum. Then s doublings follow:
    Φ(2h) = Φ(h)² and Q(2h) = Q(h) + Φ(h) Q(h) Φ(h)ᵀ. All terms of Q are covariances. The usual exponential of a matrix of twice
    the size contains exp(-A Δ) besides, which overflows where the state forgets fast. Every gap has its own s, so no transition
    depends on the others.

    For a gap below 0 the transition leads back: Φ = exp(A Δ) as well, and Q is the covariance of z(t + Δ) given z(t) if nothing
    else is known.

    Args:
        drift: A, (..., state, state).
        diffusion: q, at least 0, (..., state), with the same leading axes.
        elapsed: Δ, (...).

    Cost: 7 + 2 s products of matrices in single precision.
    Source: Axelsson & Gustafsson 2015 (https://doi.org/10.1109/TAC.2014.2353112), for Q by its differential equation.
    """
    size, shape = drift.shape[-1], drift.shape
    drift, diffusion, elapsed = drift.reshape(-1, size, size), diffusion.reshape(-1, size), elapsed.reshape(-1)
    order, nodes, most = SERIES[drift.dtype]
    norm = (drift.detach() * elapsed[:, None, None]).abs().sum(dim=-1).amax(dim=-1)
    halvings = (norm / most).log2().ceil().nan_to_num(nan=0.0).clamp(0, MOST_HALVINGS)  # NaN if training has diverged
    step = elapsed * torch.exp2(-halvings)
    matrix, noise = _over_short(drift * step[:, None, None], diffusion * step.abs()[:, None], order, nodes)
    may_overflow = bool((norm > math.log(LARGEST) / 2).any())
    for doubling in range(int(halvings.max())):
        twice, moved = (matrix @ torch.cat([matrix, noise], dim=-1)).chunk(2, dim=-1)
        twice, sum_of_both = _held(twice, torch.baddbmm(noise, moved, matrix.mT), may_overflow)
        short = (doubling < halvings)[:, None, None]
        matrix, noise = twice.where(short, matrix), sum_of_both.where(short, noise)
    return Transition(matrix.view(shape), noise.view(shape))


def _held(matrix: Tensor, noise: Tensor, may_overflow: bool) -> tuple[Tensor, Tensor]:
    """Both, and constants within :data:`LARGEST` where a gap's numbers exceed it."""
    if not may_overflow:
        return matrix, noise
    grown = (torch.cat([matrix, noise], dim=-1).detach().abs() > LARGEST).any(dim=-1).any(dim=-1)[:, None, None]
    return bounded(matrix.detach()).where(grown, matrix), bounded(noise.detach()).where(grown, noise)


def bounded(numbers: Tensor) -> Tensor:
    """The numbers, held between ±:data:`LARGEST`."""
    return numbers.clamp(-LARGEST, LARGEST)


def _over_short(growth: Tensor, variance: Tensor, order: int, nodes: int) -> tuple[Tensor, Tensor]:
    """Φ and Q over a short step.

    Args:
        growth: A h, (gap, state, state).
        variance: q h, (gap, state).
        order: of the Taylor series.
        nodes: of the quadrature.
    """
    powers = [torch.eye(growth.shape[-1], dtype=growth.dtype, device=growth.device).expand(growth.shape), growth]
    for _ in range(order - 1):
        powers.append(growth @ powers[-1])
    weights, coefficients = (part.to(growth) for part in _quadrature(order, nodes))
    along = (coefficients @ torch.stack(powers, dim=1).flatten(2)).view(-1, nodes + 1, *growth.shape[1:])
    effects = along[:, :-1].transpose(1, 2).flatten(2)  # at all nodes side by side
    return along[:, -1], (effects * (weights[:, None] * variance[:, None]).flatten(1)[:, None]) @ effects.mT


@cache
def _quadrature(order: int, nodes: int) -> tuple[Tensor, Tensor]:
    """Weights of the nodes in [0, 1], (node,), and u^k / k! at each node u and at 1, (node + 1, order + 1)."""
    places, weights = np.polynomial.legendre.leggauss(nodes)
    steps = torch.tensor([*(places + 1) / 2, 1.0], dtype=torch.float64)
    factorials = torch.tensor([math.factorial(k) for k in range(order + 1)])
    return torch.tensor(weights / 2), steps[:, None] ** torch.arange(order + 1) / factorials
