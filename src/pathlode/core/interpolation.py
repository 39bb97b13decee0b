"""Linear interpolation of irregular time series, batched."""

import torch
from torch import Tensor

from pathlode.core.filling import places_of_last
from pathlode.core.recorded import recorded
from pathlode.core.shapes import Mask, Times, Values


def interpolate(times: Times, values: Values, grid: Tensor, mask: Mask | None = None) -> Values:
    """The series at other times: linear between observations, constant before the first and after the last.

    Args:
        times: increasing observation times, (..., time); padding repeats the last one.
        values: (..., time, feature).
        grid: times to interpolate to, common to all series, (point,).
        mask: where values were observed; each feature is interpolated between its own observations, and 0 without any.

    Returns:
        (..., point, feature).
    """
    return _interpolate(times, values, grid) if mask is None else _with_gaps(times, values, grid, mask)


def _with_gaps(times: Times, values: Values, grid: Tensor, mask: Mask) -> Values:
    """As :func:`interpolate`. For every feature and every segment between two times, its neighbours are looked up once."""
    left, right = places_of_last(mask), places_of_last(mask, reverse=True)
    left = torch.cat([torch.full_like(left[..., :1, :], -1), left], dim=-2)  # segment k lies between times k - 1 and k
    right = torch.cat([right, torch.full_like(right[..., :1, :], mask.shape[-2])], dim=-2)
    left, right = left.where(left >= 0, right), right.where(right < mask.shape[-2], left)  # constant if one is missing
    left, right = left.clamp_max(mask.shape[-2] - 1), right.clamp_min(0)  # if both are, the value is 0
    times, known = times[..., None].expand(values.shape), values.where(mask, 0.0)
    start, before, after = times.gather(-2, left), known.gather(-2, left), known.gather(-2, right)
    duration = _duration(start, times.gather(-2, right))
    own = times[..., 0].contiguous()
    segment = torch.searchsorted(own, grid.expand(*own.shape[:-1], -1).contiguous())
    start, duration, before, after = (_rows(table, segment) for table in (start, duration, before, after))
    return _on_line(grid[:, None], start, duration, before, after)


def _rows(table: Values, places: Tensor) -> Values:
    """Rows of (..., row, feature) at places (..., point)."""
    *batch, rows, features = table.shape
    first = torch.arange(places[..., 0].numel(), device=places.device) * rows
    found = table.reshape(-1, features).index_select(0, (places.flatten(0, -2) + first[:, None]).flatten())
    return found.view(*batch, -1, features)


def _duration(start: Tensor, end: Tensor) -> Tensor:
    """The time between two observations, above 0 also if they are one."""
    return (end - start).clamp_min(torch.finfo(start.dtype).tiny)


def _on_line(grid: Tensor, start: Tensor, duration: Tensor, before: Values, after: Values) -> Values:
    """The line between the values at a time and so much later; beyond them the nearest one."""
    share = ((grid - start) / duration).clamp(0, 1)
    return torch.lerp(before, after, share.to(before.dtype))


def _interpolate(times: Times, values: Values, grid: Tensor) -> Values:
    """As :func:`interpolate`, for observations at all times. Series with common times share the search for neighbours."""
    *batch, _, features = values.shape
    if not recorded() and times.numel() and (times == (first := times.flatten(0, -2)[0])).all():
        left, right = _neighbours(first, grid.contiguous())
        before, after = (values.index_select(-2, at) for at in (left, right))
        start, end = first[left, None], first[right, None]
        return _on_line(grid[:, None], start, _duration(start, end), before, after)
    wanted = grid.expand(*batch, -1).contiguous()
    left, right = _neighbours(times.contiguous(), wanted)
    start, end = times.gather(-1, left), times.gather(-1, right)
    if features == 1:  # a gather along the last axis takes a third of the time
        before, after = (values[..., 0].gather(-1, at)[..., None] for at in (left, right))
    else:
        before, after = (values.gather(-2, at[..., None].expand(*batch, -1, features)) for at in (left, right))
    return _on_line(wanted[..., None], start[..., None], _duration(start, end)[..., None], before, after)


def _neighbours(times: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Places of the times before and after each wanted time."""
    left = (torch.searchsorted(times, wanted) - 1).clamp_max(times.shape[-1] - 2).clamp_min(0)
    return left, (left + 1).clamp_max(times.shape[-1] - 1)
