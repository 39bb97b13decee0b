"""Means of irregular observations in bins of time."""

import torch
from torch import Tensor

from pathlode.inference.scattered import Scattered


def binned(observed: Scattered, end: float, bins: int) -> Tensor:
    """The values in bins of equal width from 0 to ``end``, feature by feature: number of observations in each bin, mean
    distance of their times from its middle in bin widths, and mean of their values. A bin without observations has 0 for the
    first two. Its value is on the line between its neighbours' means, or is the nearest of them before the first and after the
    last; a feature without any observation is 0.

    Unlike values on a grid, these say where there were observations, and use all of them, however many there are. Later ones
    than ``end`` are in the last bin.

    Returns:
        (n, 3 · feature · bins): square roots of the numbers, distances, and means; each by feature, then by bin.
    """
    values = observed.values
    # one column for all features if all were observed at the same times
    seen = values.new_ones(len(values), 1) if observed.seen is None else observed.seen.to(values.dtype)
    place = observed.times * (bins / end)
    inside = place.long().clamp_max(bins - 1)
    target = observed.owner * bins + inside

    def summed(numbers: Tensor) -> Tensor:
        total = values.new_zeros(observed.count * bins, numbers.shape[1])
        return total.index_add_(0, target, numbers).view(observed.count, bins, -1)

    counts = summed(seen)
    off = summed((place - inside - 0.5).to(seen.dtype)[:, None] * seen) / counts.clamp_min(1)
    means = summed(values * seen) / counts.clamp_min(1)
    means = _bridged(means, counts > 0)
    return torch.stack([counts.sqrt().expand_as(means), off.expand_as(means), means], dim=1).transpose(2, 3).flatten(1)


def _bridged(means: Tensor, known: Tensor) -> Tensor:
    """Means (n, bin, feature), of which those that are not known, (n, bin, feature or 1), are on the line between those that
    are.
    """
    bins = means.shape[1]
    places = torch.arange(bins)[:, None].expand_as(known)
    left = places.where(known, -1).cummax(dim=1).values
    right = places.where(known, bins).flip(1).cummin(dim=1).values.flip(1)
    before, after = left.where(left >= 0, right).clamp_max(bins - 1), right.where(right < bins, left).clamp_min(0)
    share = ((places - before) / (after - before).clamp_min(1)).to(means.dtype)
    return torch.lerp(means.gather(1, before.expand_as(means)), means.gather(1, after.expand_as(means)), share)
