"""What models that step on a regular grid have in common: how observations reach the grid, and predictions other times."""

import math
from abc import ABC
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.interpolation import interpolate
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import State, States, Times, Values
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations
from pathlode.models.settings import ModelConfig

GRID_ROUNDING = 1e-3
"""Part of a step by which a time may miss a point of the grid and still be at it."""


class OnGrid(SequenceModel, ABC):
    """A model whose state moves in steps of one duration δ, from the first observation of a series on: at t_1 + kδ.

    δ is the mean gap between observations in the training data. The method is made for regular observations, which are read as
    they are. Irregular ones are joined by straight lines, feature by feature, and read at the points of the grid from the first
    to the last of them; so noise and curvature between them become errors. Predictions between points are on straight
    lines as well, and before the first observation on the line through the first two points.

    Arguments, attributes and errors are those of :class:`pathlode.models.stack.ModelStack`.

    Attributes:
        gap: δ in the data's unit of time, (member, 1, 1); ``time_unit`` before training.
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        self.gap = nn.Buffer(torch.full((len(seeds), 1, 1), config.time_unit))

    @property
    def reads_gaps(self) -> bool:
        return True

    def standardise(self, series: TimeSeries, owners: Sequence[int] | None = None) -> None:
        super().standardise(series, owners)
        own = slice(None) if owners is None else torch.tensor(owners, device=series.times.device)
        gaps = _mean_gap(series)[own]
        self.gap = nn.Buffer(gaps.expand(len(self.seeds), 1, 1).to(self.mean.device).clone())

    def _steps(self, times: Times, given: Observations) -> Tensor:
        """Times as numbers of steps since the first observation, (member, batch, time)."""
        return ((times - given.start[..., None]) / self.gap).to(self.dtype)

    def _on_grid(self, given: Observations) -> tuple[States, Tensor]:
        """Observations in the model's units at the grid's points, (member, batch, point, feature), and whether each point lies
        within its series, (member, batch, point, 1)."""
        elapsed = self._steps(given.times, given)
        grid = torch.arange(math.floor(float(elapsed.max()) + GRID_ROUNDING) + 1, device=elapsed.device).to(elapsed)
        values = ((given.values - self.mean) / self.std).to(self.dtype)
        values = values if given.mask is None else values.where(given.mask, 0.0)
        inside = grid <= elapsed[..., -1:] + GRID_ROUNDING
        return interpolate(elapsed, values, grid, given.mask), inside[..., None]

    def _first(self, given: Observations) -> State:
        """Each feature's first observation, (member, batch, feature), in the model's units; 0 without any."""
        return self._on_grid(given)[0][:, :, 0]

    def _points(self, query: Times, given: Observations) -> int:
        """How many points of the grid are needed to predict at the query times, at least two."""
        return max(2, math.ceil(float(self._steps(query, given).max()) - GRID_ROUNDING) + 1)

    def _between(self, path: States, query: Times, given: Observations) -> Values:
        """Predictions in the data's unit at the query times, from standardised values at the grid's points."""
        where = self._steps(query, given)
        left = where.floor().clamp(0, path.shape[2] - 2)
        places = left.long()[..., None].expand(*query.shape, path.shape[-1])
        values = torch.lerp(path.gather(2, places), path.gather(2, places + 1), (where - left)[..., None])
        return (self.mean + self.std * values).to(given.values.dtype)


def _mean_gap(series: TimeSeries) -> Tensor:
    """Mean gap between the observations of a series, (set, 1, 1); 1 if no series has two."""
    times = series.times if series.sets else series.times[None]
    if series.mask is not None:
        times = times.where((series.mask if series.sets else series.mask[None]).any(dim=-1), torch.nan)
    seen = ~times.isnan()
    first, last = times.where(seen, torch.inf).amin(dim=-1), times.where(seen, -torch.inf).amax(dim=-1)
    gaps = (seen.sum(dim=-1) - 1).clamp_min(0).sum(dim=-1)
    mean = (last - first).where(seen.any(dim=-1), 0.0).sum(dim=-1) / gaps.clamp_min(1)
    return mean.where(gaps > 0, 1.0)[:, None, None]
