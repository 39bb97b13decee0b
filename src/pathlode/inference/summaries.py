"""What a flow is given of an irregular time series: summaries of fixed length.

All take a series of n trajectories and return (n, number) in single precision.
"""

import torch
from torch import Tensor, nn

from pathlode.encoders import GRU
from pathlode.interpolation import interpolate
from pathlode.metrics import encode
from pathlode.model import LatentODE
from pathlode.series import TimeSeries

LAGS = 4
"""Lags of the autocorrelations in :func:`statistics`, in tenths of the window."""


def latents(model: LatentODE, member: int, series: TimeSeries) -> Tensor:
    """z0 by one member of a trained stack."""
    return encode(model, series)[member]


def on_grid(series: TimeSeries, start: float, end: float, points: int) -> Tensor:
    """The values, linearly interpolated to equally spaced times from ``start`` to ``end``, feature by feature."""
    grid = torch.linspace(start, end, points, dtype=series.times.dtype)
    return interpolate(series.times, series.values, grid).transpose(1, 2).flatten(1).float()


def statistics(series: TimeSeries, start: float, end: float, points: int) -> Tensor:
    """Statistics as one would choose them by hand: of each feature on a grid as in :func:`on_grid` the mean, log variance,
    autocorrelations, and position and height of the largest value; and the features' correlations.
    """
    n, features = len(series), series.values.shape[-1]
    x = on_grid(series, start, end, points).view(n, features, points)
    mean, variance = x.mean(dim=2), x.var(dim=2, correction=0)
    centred = x - mean[..., None]
    peak = x.max(dim=2)
    numbers = [mean, variance.clamp_min(1e-12).log(), peak.values, peak.indices / points, x[..., 0], x[..., -1]]
    for lag in range(1, LAGS + 1):
        shift = lag * points // 10
        numbers.append((centred[..., shift:] * centred[..., :-shift]).mean(dim=2) / variance.clamp_min(1e-12))
    first, second = torch.triu_indices(features, features, 1)
    numbers.append(
        (centred[:, first] * centred[:, second]).mean(dim=2) / (variance[:, first] * variance[:, second]).sqrt()
    )
    return torch.cat(numbers, dim=1)


def observations(series: TimeSeries) -> Tensor:
    """Times and values side by side, (n, time, 1 + feature): what a :class:`RecurrentSummary` takes."""
    return torch.cat([series.times[..., None], series.values], dim=-1).float()


class RecurrentSummary(nn.Module):
    """A summary that is learnt together with the flow: a GRU over all observations, then a linear layer.

    Args:
        features: measured quantities per observation.
        hidden: size of the GRU's state.
        summary: numbers that come out.
        seed: of the initial weights.
    """

    def __init__(self, features: int, hidden: int, summary: int, seed: int) -> None:
        super().__init__()
        self.encoder = GRU([torch.Generator().manual_seed(seed)], features, hidden)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(hidden, summary)

    def forward(self, observed: Tensor) -> Tensor:
        """(n, time, 1 + feature), standardised -> (n, summary)."""
        return self.head(self.encoder(observed[None, ..., 0], observed[None, ..., 1:])[0])
