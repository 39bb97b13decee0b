"""Summaries of irregular time series, of fixed length, for flows.

All functions take a series of n trajectories, of any lengths and with values missing, and return (n, number), each row as for
the trajectory alone. Flows standardise these numbers in their own precision before they round them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.interpolation import interpolate
from pathlode.core.masks import padded
from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.inference.bins import binned
from pathlode.inference.scattered import Scattered
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import encode

LAGS = 4
"""Lags of the autocorrelations in :func:`statistics`, in tenths of the window length."""


def latents(model: SequenceModel, member: int, series: TimeSeries) -> Tensor:
    """z0 from one member of a trained stack."""
    return encode(model.member(member), series)[0]


def on_grid(series: TimeSeries, end: float, points: int) -> Tensor:
    """The values, linearly interpolated to equally spaced times from 0 to ``end``, feature by feature, and the last time. After
    a feature's last observation its last value holds. A feature without any observation is 0.

    Returns:
        (n, feature · points + 1).
    """
    grid = torch.linspace(0.0, end, points, dtype=series.times.dtype)
    values = interpolate(padded(series.times), series.values, grid, series.mask).transpose(1, 2).flatten(1)
    return torch.cat([values, padded(series.times)[:, -1:]], dim=1)


def statistics(series: TimeSeries, end: float, points: int) -> Tensor:
    """Hand-crafted statistics. Each feature is interpolated to a grid as in :func:`on_grid` and gives its mean, log variance,
    size and position of the largest value, first and last value, and autocorrelations. The features' correlations and the time
    of the last observation follow.

    Raises:
        ConfigError: if the grid has fewer than 10 points, the unit of the lags.
    """
    if points < 10:
        raise ConfigError(f"statistics are computed on a grid of {points} points, expected at least 10")
    n, features = len(series), series.values.shape[-1]
    grid = on_grid(series, end, points)
    x = grid[:, :-1].view(n, features, points)
    mean, variance = x.mean(dim=2), x.var(dim=2, correction=0).clamp_min(1e-12)
    centred = (x - mean[..., None]) / variance.sqrt()[..., None]
    peak = x.max(dim=2)
    numbers = [mean, variance.log(), peak.values, peak.indices / points, x[..., 0], x[..., -1]]
    for lag in range(1, LAGS + 1):
        shift = lag * points // 10
        numbers.append((centred[..., shift:] * centred[..., :-shift]).mean(dim=2))
    first, second = torch.triu_indices(features, features, 1)
    numbers.append((centred[:, first] * centred[:, second]).mean(dim=2))
    return torch.cat([*numbers, grid[:, -1:]], dim=1)


def observations(series: TimeSeries) -> Tensor:
    """Times and values side by side, (n, time, 1 + feature), for a recurrent network; NaN where nothing was observed."""
    return torch.cat([series.times[..., None], series.values], dim=-1)


@dataclass(frozen=True)
class Summary:
    """The summary of a series that a flow is conditioned on: one of five kinds.

    Args:
        model: a stack of latent ODEs, for z0 from the member of the same seed.
        grid: number of equally spaced times, for :func:`on_grid`.
        statistics: number of equally spaced times, for :func:`statistics`.
        bins: number of bins, for :func:`pathlode.inference.bins.binned` and the logarithm of the noise's standard deviation.
        end: last of these times or end of the last bin; they start at 0.

    Without any of them the summary is the observations themselves, for a recurrent network.
    """

    model: SequenceModel | None = None
    grid: int = 0
    statistics: int = 0
    bins: int = 0
    end: float = 1.0

    def __call__(self, series: TimeSeries, seed: int, noise: float | Tensor | None = None) -> Tensor:
        """Summaries of n trajectories for the flow with this seed, (n, ...).

        Args:
            series: the trajectories.
            seed: that of the flow.
            noise: standard deviation of the noise in their values, one number or (n,). Only bins need it.

        Raises:
            ConfigError: if the model has no member of this seed, or the noise is needed and not given.
        """
        if self.model is not None:
            if seed not in self.model.seeds:
                raise ConfigError(f"the model has no member of seed {seed}, expected one of {list(self.model.seeds)}")
            return latents(self.model, self.model.seeds.index(seed), series)
        if self.grid:
            return on_grid(series, self.end, self.grid)
        if self.statistics:
            return statistics(series, self.end, self.statistics)
        if self.bins:
            if noise is None:
                raise ConfigError("a summary in bins holds the noise too: give the noise's standard deviation")
            return self.in_bins(Scattered.of(series), noise)
        return observations(series)

    def of_scattered(self, observed: Scattered, noise: float | Tensor) -> Tensor:
        """The same of observations without padding, for bins and for a recurrent network."""
        return self.in_bins(observed, noise) if self.bins else observed.padded()

    def in_bins(self, observed: Scattered, noise: float | Tensor) -> Tensor:
        """The summary of the kind ``bins``."""
        each = torch.as_tensor(noise, dtype=observed.values.dtype).expand(observed.count)
        return torch.cat([binned(observed, self.end, self.bins), each[:, None].log()], dim=1)
