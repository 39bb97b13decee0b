"""Scores of oscillations that do not depend on phase: period, amplitude, and the position of the orbit.

A prediction that runs slightly fast is soon out of phase; its squared error is then as large as that of noise. These scores
distinguish such a prediction from one without the oscillation. All take predictions (member, batch, time, feature), the
truth at regular times, (batch, time, feature) or one for each member, and the times that count, booleans, (batch, time) or
(member, batch, time). They return one number per member. What stands at other times changes nothing.
"""

import torch
from torch import Tensor

from pathlode.core.shapes import PerMember, Times, Values


def period(values: Tensor, times: Tensor, counted: Tensor) -> Tensor:
    """Mean time between upward crossings of the trajectory's own mean; NaN with fewer than two of them.

    Mean and crossings are those of counted times; a crossing lies between two neighbours that both count.

    Args:
        values: one quantity, (..., time).
        times: (..., time).
        counted: (..., time).
    """
    inside = values.where(counted, 0.0)
    above = inside - inside.sum(dim=-1, keepdim=True) / counted.sum(dim=-1, keepdim=True)
    before, after = above[..., :-1], above[..., 1:]
    crossing = (before < 0) & (after >= 0) & counted[..., :-1] & counted[..., 1:]
    at = times[..., :-1] + times.diff(dim=-1) * (before / (before - after).where(crossing, 1.0))
    first = at.where(crossing, torch.inf).amin(dim=-1)
    last = at.where(crossing, -torch.inf).amax(dim=-1)
    count = crossing.sum(dim=-1)
    return ((last - first) / (count - 1)).where(count > 1, torch.nan)


def period_error(predicted: Values, truth: Values, times: Times, counted: Tensor) -> PerMember:
    """Median over trajectories of ``|P̂ / P - 1|``, with P the first feature's period; 1 for a prediction without a period.

    Trajectories whose truth has no period are left out; NaN if none remains.
    """
    expected = period(truth[..., 0], times, counted)
    error = (period(predicted[..., 0], times, counted) / expected - 1).abs().nan_to_num(1.0)
    return error.where(expected.isfinite(), torch.nan).nanmedian(dim=1).values


def amplitude_error(predicted: Values, truth: Values, counted: Tensor) -> PerMember:
    """Median over trajectories of ``|σ̂ / σ - 1|``, averaged over features, with σ the standard deviation in time.

    Trajectories with a constant feature, or with fewer than two counted times, are left out; NaN if none remains.
    """
    expected = _deviation(truth, counted, (-2,))
    error = (_deviation(predicted, counted, (-2,)) / expected - 1).abs().mean(dim=(-2, -1))
    return error.where((expected > 0).all(dim=-1)[..., 0], torch.nan).nanmedian(dim=1).values


def orbit_distance(predicted: Values, truth: Values, counted: Tensor) -> PerMember:
    """Mean distance from each point of the predicted orbit to the nearest point of the true orbit, and vice versa.

    It is the Chamfer distance ½ (mean_i min_j d_ij + mean_j min_i d_ij), averaged over trajectories, in units of each feature's
    standard deviation over all trajectories. Both orbits are those of the counted times; trajectories without any are left out.
    """
    scale = _deviation(truth, counted, (-3, -2))
    true = (truth / scale).to(predicted).expand_as(predicted)
    inside = counted.expand(predicted.shape[:-1])
    distances = []
    for found, orbit, mask in zip(
        (predicted / scale).to(predicted), true, inside, strict=True
    ):  # singly: large matrices
        pairs = torch.cdist(found, orbit).masked_fill_(~(mask[:, :, None] & mask[:, None, :]), torch.inf)
        nearest = (pairs.amin(dim=2) + pairs.amin(dim=1)).where(mask, 0.0)
        distances.append((nearest.sum(dim=1) / (2 * mask.sum(dim=1))).nanmean())
    return torch.stack(distances)


def _deviation(values: Values, counted: Tensor, dim: tuple[int, ...]) -> Tensor:
    """Standard deviation over some axes at the counted times; the axes are kept. NaN with fewer than two of them."""
    mask = counted[..., None]
    number = mask.sum(dim=dim, keepdim=True)
    mean = values.where(mask, 0.0).sum(dim=dim, keepdim=True) / number
    return ((values - mean).square().where(mask, 0.0).sum(dim=dim, keepdim=True) / (number - 1)).sqrt()
