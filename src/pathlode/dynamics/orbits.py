"""Scores of oscillations that do not punish a drift of phase: period, amplitude, and the orbit's place.

A prediction that runs a little fast is soon out of phase, and from then on its squared error is as large as that of noise.
These scores tell such a prediction from one that has lost the motion. All take predictions (member, batch, time, feature) and
the truth (batch, time, feature) on regular times, and give one number a member.
"""

import torch
from torch import Tensor

from pathlode.core.shapes import PerMember, Times, Values


def period(values: Tensor, times: Tensor) -> Tensor:
    """Mean time between upward crossings of the trajectory's own mean; NaN with fewer than two of them.

    Args:
        values: one quantity, (..., time).
        times: (..., time).
    """
    above = values - values.mean(dim=-1, keepdim=True)
    before, after = above[..., :-1], above[..., 1:]
    crossing = (before < 0) & (after >= 0)
    at = times[..., :-1] + times.diff(dim=-1) * (before / (before - after).where(crossing, 1.0))
    first = at.where(crossing, torch.inf).amin(dim=-1)
    last = at.where(crossing, -torch.inf).amax(dim=-1)
    count = crossing.sum(dim=-1)
    return ((last - first) / (count - 1)).where(count > 1, torch.nan)


def period_error(predicted: Values, truth: Values, times: Times) -> PerMember:
    """Median over trajectories of ``|P̂ / P - 1|``, P the first feature's period; 1 for a prediction without a period.

    Trajectories whose truth has no period do not count; NaN if there are no others.
    """
    expected = period(truth[..., 0], times)
    error = (period(predicted[..., 0], times) / expected - 1).abs().nan_to_num(1.0)
    return error.where(expected.isfinite(), torch.nan).nanmedian(dim=1).values


def amplitude_error(predicted: Values, truth: Values) -> PerMember:
    """Median over trajectories of ``|σ̂ / σ - 1|``, σ the standard deviation in time, averaged over features.

    Trajectories of which a feature stands still do not count; NaN if there are no others.
    """
    expected = truth.std(dim=1)
    error = (predicted.std(dim=2) / expected - 1).abs().mean(dim=-1)
    return error.where((expected > 0).all(dim=-1), torch.nan).nanmedian(dim=1).values


def orbit_distance(predicted: Values, truth: Values) -> PerMember:
    """Mean distance between the points of the predicted orbit and the nearest of the true one, and the other way round.

    The Chamfer distance ½ (mean_i min_j d_ij + mean_j min_i d_ij), averaged over trajectories, in units of each feature's
    standard deviation over all of them.
    """
    scale = truth.std(dim=(0, 1))
    true = (truth / scale).to(predicted)
    distances = []
    for member in predicted:  # one at a time: the matrices of pairs are large
        pairs = torch.cdist((member / scale).to(true), true)
        distances.append((pairs.amin(dim=2).mean() + pairs.amin(dim=1).mean()) / 2)
    return torch.stack(distances)
