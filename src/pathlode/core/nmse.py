"""Errors of predictions in units of the truth's variance."""

import torch
from torch import Tensor

from pathlode.core.masks import observed
from pathlode.core.shapes import Mask, PerMember, Values


def nmse(predicted: Values, truth: Values, counted: Tensor | None = None) -> PerMember:
    """Normalised mean squared error Σ(x̂ - x)² / Σ(x - x̄)² over all trajectories, times and features, (member,).

    x̄ is each feature's mean over the same trajectories and times. Predicting x̄ scores 1; a perfect prediction scores 0. Where
    the truth is NaN, nothing counts.

    Args:
        predicted: (member, batch, time, feature).
        truth: (batch, time, feature), or (member, batch, time, feature) if each member has its own.
        counted: the times that the sums run over, booleans, (batch, time) or (member, batch, time); all by default.
    """
    entries = _entries(truth, counted)
    residual = _counted((predicted - truth).square(), entries).sum(dim=(1, 2, 3))
    return residual / _deviations(truth, entries).sum(dim=(-3, -2, -1))


def nmse_in_time(predicted: Values, truth: Values, counted: Tensor | None = None) -> Tensor:
    """Squared error at each position of the time axis, in units of the truth's variance over all times, (member, time).

    Both are means over the counted entries of all trajectories, times the number of features; NaN at positions where none
    counts. Arguments as in :func:`nmse`.
    """
    entries = _entries(truth, counted)
    if entries is None:
        entries = torch.ones_like(truth, dtype=torch.bool)
    number = entries.sum(dim=(-3, -1)) / truth.shape[-1]
    residual = _counted((predicted - truth).square(), entries).sum(dim=(1, 3)) / number
    variance = _deviations(truth, entries).sum(dim=(-3, -2, -1)) / number.sum(dim=-1)
    return residual / variance[..., None]


def _entries(truth: Values, counted: Tensor | None) -> Mask | None:
    """The entries that count, booleans of the truth's shape; None if all do."""
    mask = observed(truth)
    if counted is None:
        return mask
    entries = counted[..., None].expand(truth.shape)
    return entries if mask is None else entries & mask


def _counted(values: Values, entries: Mask | None) -> Values:
    """The values at counted entries, and 0 elsewhere, even if they are not finite there."""
    return values if entries is None else values.where(entries, 0.0)


def _deviations(truth: Values, entries: Mask | None) -> Values:
    """(x - x̄)² at counted entries, and 0 elsewhere."""
    if entries is None:
        return (truth - truth.mean(dim=(-3, -2), keepdim=True)).square()
    number = entries.sum(dim=(-3, -2), keepdim=True)
    mean = _counted(truth, entries).sum(dim=(-3, -2), keepdim=True) / number
    return _counted((truth - mean).square(), entries)
