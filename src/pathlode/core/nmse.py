"""Errors of predictions in units of the truth's variance."""

import torch
from torch import Tensor

from pathlode.core.shapes import PerMember, Values


def nmse(predicted: Values, truth: Values, counted: Tensor | None = None) -> PerMember:
    """Normalised mean squared error Σ(x̂ - x)² / Σ(x - x̄)² over all trajectories, times and features, (member,).

    x̄ is each feature's mean over the same trajectories and times. Predicting x̄ scores 1; a perfect prediction scores 0.

    Args:
        predicted: (member, batch, time, feature).
        truth: (batch, time, feature), or (member, batch, time, feature) if each member has its own.
        counted: the times that the sums run over, booleans, (batch, time) or (member, batch, time); all by default.
    """
    residual = _counted((predicted - truth).square(), counted).sum(dim=(1, 2, 3))
    return residual / _deviations(truth, counted).sum(dim=(-3, -2, -1))


def nmse_in_time(predicted: Values, truth: Values, counted: Tensor | None = None) -> Tensor:
    """Squared error at each position of the time axis, in units of the truth's variance over all times, (member, time).

    Both are means over the counted times of all trajectories; NaN at positions where none counts. Arguments as in :func:`nmse`.
    """
    mask = truth.new_ones(truth.shape[:-1], dtype=torch.bool) if counted is None else counted
    residual = _counted((predicted - truth).square(), mask).sum(dim=(1, 3)) / mask.sum(dim=-2)
    variance = _deviations(truth, mask).sum(dim=(-3, -2, -1)) / mask.sum(dim=(-2, -1))
    return residual / variance[..., None]


def _counted(values: Values, counted: Tensor | None) -> Values:
    """The values at counted times, and 0 elsewhere, even if they are not finite there."""
    return values if counted is None else values.where(counted[..., None], 0.0)


def _deviations(truth: Values, counted: Tensor | None) -> Values:
    """(x - x̄)² at counted times, and 0 elsewhere."""
    if counted is None:
        return (truth - truth.mean(dim=(-3, -2), keepdim=True)).square()
    number = counted.sum(dim=(-2, -1))[..., None, None, None]
    mean = _counted(truth, counted).sum(dim=(-3, -2), keepdim=True) / number
    return _counted((truth - mean).square(), counted)
