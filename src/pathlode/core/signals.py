"""Known signals between the times at which they are given."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.masks import padded
from pathlode.core.shapes import Times, Values

INTERPOLATIONS = ("linear", "cubic")
"""How a signal moves between its times."""


@dataclass(frozen=True)
class Signal:
    """u(t) of each trajectory, from its values at its own times; constant beyond them.

    ``linear`` joins the values by straight lines. ``cubic`` joins them by cubics. The slope at each time is that of the
    parabola through the value there and its two neighbours (at an end, through the last three values). A parabola is then
    reproduced exactly, and for a smooth signal the error is of the third order in the distance of its times.

    Attributes:
        times: (..., time), increasing; padding repeats the last time.
        values: (..., time, signal).
        slopes: at these times, shaped like ``values``; None if linear.
    """

    times: Times
    values: Values
    slopes: Values | None = None

    @classmethod
    def of(cls, times: Times, values: Values, interpolation: str = "linear") -> "Signal":
        """The signal through values at times, both padded with NaN at the end of a trajectory.

        Args:
            times: (..., time), at least two times in each trajectory.
            values: (..., time, signal).
            interpolation: one of :data:`INTERPOLATIONS`.
        """
        times, values = padded(times).contiguous(), values.nan_to_num(nan=0.0)
        return cls(times, values, _slopes(times, values) if interpolation == "cubic" else None)

    def __call__(self, times: Times) -> Values:
        """u, (..., point, signal), at times (..., point)."""
        times = times.clamp(self.times[..., :1], self.times[..., -1:])
        right = torch.searchsorted(self.times, times.detach().contiguous()).clamp_min(1)
        left = right - 1
        start, end = self.times.gather(-1, left), self.times.gather(-1, right)
        length = (end - start)[..., None]
        share = (times - start)[..., None] / length
        before, after = _at(self.values, left), _at(self.values, right)
        line = torch.lerp(before, after, share)
        if self.slopes is None:
            return line
        rise = after - before
        bend = (1 - share) * (length * _at(self.slopes, left) - rise) - share * (
            length * _at(self.slopes, right) - rise
        )
        return line + share * (1 - share) * bend


def _at(values: Values, places: Tensor) -> Values:
    return values.gather(-2, places[..., None].expand(*places.shape, values.shape[-1]))


def _slopes(times: Times, values: Values) -> Values:
    """Slopes of the parabolas through three neighbours; those of a line if there are only two times."""
    gaps = times.diff(dim=-1)[..., None]  # 0 in padding
    secants = values.diff(dim=-2) / gaps.where(gaps > 0, 1.0)
    before, after = (torch.cat(pair, dim=-2) for pair in ((gaps[..., :1, :] * 0, gaps), (gaps, gaps[..., :1, :] * 0)))
    rising, falling = (torch.cat(p, dim=-2) for p in ((secants[..., :1, :], secants), (secants, secants[..., -1:, :])))
    inner = (after * rising + before * falling) / (before + after).where(before + after > 0, 1.0)
    first, last = before == 0, (after == 0) & (before > 0)
    lone = torch.where(first, falling, rising)  # at an end, of the line to its only neighbour
    slopes = torch.where(first | last, lone, inner)
    ahead = torch.cat([slopes[..., 1:, :], slopes[..., -1:, :]], dim=-2)
    behind = torch.cat([slopes[..., :1, :], slopes[..., :-1, :]], dim=-2)
    return torch.where(first, 2 * lone - ahead, torch.where(last, 2 * lone - behind, slopes))
