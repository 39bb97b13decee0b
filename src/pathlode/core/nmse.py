"""Errors of predictions in units of the truth's variance."""

import torch

from pathlode.core.shapes import PerMember, Values


def nmse(predicted: Values, truth: Values) -> PerMember:
    """Normalised mean squared error Σ(x̂ - x)² / Σ(x - x̄)² over all trajectories, times and features, (member,).

    x̄ is each feature's mean over the same trajectories and times. Predicting x̄ scores 1; a perfect prediction scores 0.

    Args:
        predicted: (member, batch, time, feature).
        truth: (batch, time, feature), or (member, batch, time, feature) if each member has its own.
    """
    residual = (predicted - truth).square().sum(dim=(1, 2, 3))
    return residual / (truth - truth.mean(dim=(-3, -2), keepdim=True)).square().sum(dim=(-3, -2, -1))


def nmse_in_time(predicted: Values, truth: Values) -> torch.Tensor:
    """Squared error at each position of the time axis, in units of the truth's variance over all times, (member, time)."""
    residual = (predicted - truth).square().mean(dim=1).sum(dim=-1)
    return residual / truth.var(dim=(-3, -2), correction=0).sum(dim=-1, keepdim=True)
