"""Linear interpolation of irregular time series, batched."""

import torch
from torch import Tensor

from pathlode.core.shapes import Times, Values


def interpolate(times: Times, values: Values, grid: Tensor) -> Values:
    """The series at other times: linear between observations, constant before the first and after the last.

    Args:
        times: increasing observation times, (..., time).
        values: (..., time, feature).
        grid: times to interpolate to, common to all series, (point,).

    Returns:
        (..., point, feature).
    """
    *batch, count, features = values.shape
    wanted = grid.expand(*batch, -1).contiguous()
    left = (torch.searchsorted(times.contiguous(), wanted) - 1).clamp(0, max(count - 2, 0))
    right = (left + 1).clamp_max(count - 1)
    start, end = times.gather(-1, left), times.gather(-1, right)
    share = ((wanted - start) / (end - start).clamp_min(torch.finfo(times.dtype).tiny)).clamp(0, 1)
    before, after = (values.gather(-2, at[..., None].expand(*batch, -1, features)) for at in (left, right))
    return torch.lerp(before, after, share[..., None])
