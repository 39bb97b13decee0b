"""Linear interpolation of irregular time series, batched."""

import torch
from torch import Tensor

from pathlode.core.shapes import Mask, Times, Values


def interpolate(times: Times, values: Values, grid: Tensor, mask: Mask | None = None) -> Values:
    """The series at other times: linear between observations, constant before the first and after the last.

    Args:
        times: increasing observation times, (..., time).
        values: (..., time, feature).
        grid: times to interpolate to, common to all series, (point,).
        mask: where values were observed; each feature is interpolated between its own observations, and 0 without any.

    Returns:
        (..., point, feature).
    """
    if mask is None:
        return _interpolate(times, values, grid)
    present = mask.transpose(-1, -2)  # a series for each feature
    order = (~present).long().argsort(dim=-1, stable=True)  # its observations first
    own = times[..., None, :].expand(present.shape).where(present, torch.inf).gather(-1, order)
    numbers = values.transpose(-1, -2).where(present, 0.0).gather(-1, order)
    found = _interpolate(own, numbers[..., None], grid)[..., 0]
    return found.where(present.any(dim=-1, keepdim=True), 0.0).transpose(-1, -2)


def _interpolate(times: Times, values: Values, grid: Tensor) -> Values:
    """As :func:`interpolate`, for observations at all times; those at infinity, after all others, are without effect."""
    *batch, count, features = values.shape
    wanted = grid.expand(*batch, -1).contiguous()
    left = (torch.searchsorted(times.contiguous(), wanted) - 1).clamp_max(count - 2).clamp_min(0)
    right = (left + 1).clamp_max(count - 1)
    start, end = times.gather(-1, left), times.gather(-1, right)
    share = ((wanted - start) / (end - start).clamp_min(torch.finfo(times.dtype).tiny)).clamp(0, 1)
    before, after = (values.gather(-2, at[..., None].expand(*batch, -1, features)) for at in (left, right))
    return torch.lerp(before, after, share[..., None].to(values.dtype))
