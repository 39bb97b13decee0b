"""Observations of many trajectories one after the other, without padding."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.masks import padded
from pathlode.core.series import TimeSeries


@dataclass(frozen=True)
class Scattered:
    """k observations of n trajectories. Of trajectories that differ much in length, these are fewer numbers than padded arrays.

    Attributes:
        count: n.
        owner: number of the trajectory of each observation, (k,).
        times: (k,), increasing for each trajectory.
        values: (k, feature); any number where one is missing.
        seen: where values were observed, (k, feature); None if all were.
    """

    count: int
    owner: Tensor
    times: Tensor
    values: Tensor
    seen: Tensor | None = None

    @classmethod
    def of(cls, series: TimeSeries) -> "Scattered":
        """The observations of a series. Times without one are left out."""
        mask = torch.ones_like(series.values, dtype=torch.bool) if series.mask is None else series.mask
        owner, column = mask.any(dim=-1).nonzero(as_tuple=True)  # most times of a sparse series have no observation
        seen = None if series.mask is None else mask[owner, column]
        values = series.values[owner, column].nan_to_num()
        return cls(len(series), owner, padded(series.times)[owner, column], values, seen)

    def padded(self) -> Tensor:
        """Times and values side by side, (n, longest, 1 + feature), as in
        :func:`pathlode.inference.summaries.observations`: NaN where nothing was observed.
        """
        counts = self.owner.bincount(minlength=self.count)
        place = torch.arange(len(self.owner)) - (counts.cumsum(0) - counts)[self.owner]
        values = self.values if self.seen is None else self.values.where(self.seen, torch.nan)
        rows = self.values.new_full((self.count, int(counts.max()), 1 + self.values.shape[1]), torch.nan)
        rows[self.owner, place] = torch.cat([self.times[:, None].to(values.dtype), values], dim=1)
        return rows
