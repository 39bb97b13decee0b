"""Generalised teacher forcing: a state that is drawn to observations in training."""

import math

import torch
from torch import Tensor

from pathlode.core.shapes import State


def drawn_share(rate: float, elapsed: Tensor, unit: float = 1.0) -> Tensor:
    """α = 1 - e^{-κΔ}, the share of the way to an observation that a state of age Δ is drawn; 1 for κ = ∞.

    Args:
        rate: κ, per unit of τ.
        elapsed: Δ.
        unit: one unit of τ in the unit of Δ.

    Source: Hess et al. 2023, Generalized teacher forcing for learning chaotic dynamics (https://arxiv.org/abs/2306.04406), for
    a share; that a share follows from a rate and the elapsed time is ours.
    """
    return -torch.expm1(-rate * elapsed / unit) if math.isfinite(rate) else torch.ones_like(elapsed)


def drawn_to(h: State, x: State, seen: Tensor, share: Tensor) -> State:
    """h + α (x - h) where x was observed, and h elsewhere; all broadcast to (member, batch, feature).

    Args:
        h: the state.
        x: the observation.
        seen: whether it was made.
        share: α.
    """
    return h + (share.to(h) * (x - h)).where(seen, 0.0)
