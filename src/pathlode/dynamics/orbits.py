"""Scores of oscillations that do not depend on phase: period, amplitude, and the position of the orbit.

A prediction that runs slightly fast is soon out of phase; its squared error is then as large as that of noise. These scores
distinguish such a prediction from one without the oscillation. All take predictions (member, batch, time, feature) and the
truth at regular times, (batch, time, feature) or one for each member, and return one number per member.
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
    """Median over trajectories of ``|P̂ / P - 1|``, with P the first feature's period; 1 for a prediction without a period.

    Trajectories whose truth has no period are left out; NaN if none remains.
    """
    expected = period(truth[..., 0], times)
    error = (period(predicted[..., 0], times) / expected - 1).abs().nan_to_num(1.0)
    return error.where(expected.isfinite(), torch.nan).nanmedian(dim=1).values


def amplitude_error(predicted: Values, truth: Values) -> PerMember:
    """Median over trajectories of ``|σ̂ / σ - 1|``, averaged over features, with σ the standard deviation in time.

    Trajectories with a constant feature are left out; NaN if none remains.
    """
    expected = truth.std(dim=-2)
    error = (predicted.std(dim=2) / expected - 1).abs().mean(dim=-1)
    return error.where((expected > 0).all(dim=-1), torch.nan).nanmedian(dim=1).values


def orbit_distance(predicted: Values, truth: Values) -> PerMember:
    """Mean distance from each point of the predicted orbit to the nearest point of the true orbit, and vice versa.

    It is the Chamfer distance ½ (mean_i min_j d_ij + mean_j min_i d_ij), averaged over trajectories, in units of each feature's
    standard deviation over all trajectories.
    """
    scale = truth.std(dim=(-3, -2), keepdim=True)
    true = (truth / scale).to(predicted).expand_as(predicted)
    distances = []
    for found, orbit in zip(
        (predicted / scale).to(predicted), true, strict=True
    ):  # one at a time: the matrices are large
        pairs = torch.cdist(found, orbit)
        distances.append((pairs.amin(dim=2).mean() + pairs.amin(dim=1).mean()) / 2)
    return torch.stack(distances)
