"""What all flows of the inference chapter share: the summaries that they are given, and how held-out systems are observed."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pathlode.errors import ConfigError
from pathlode.inference import summaries
from pathlode.model import LatentODE
from pathlode.series import TimeSeries
from pathlode.systems.contract import FEW, VIEWS, Array, System, irregular_times, observe


@dataclass(frozen=True)
class Summary:
    """What a flow is given of a series: one of four kinds.

    Args:
        model: a stack of latent ODEs whose z0 it is given, by the member of the same seed.
        grid: number of equally spaced times at which it is given the values.
        statistics: number of equally spaced times of which it is given :func:`pathlode.inference.summaries.statistics`.
        end: of those times, from 0.

    Without any of them it is given the observations themselves, for a recurrent network.
    """

    model: LatentODE | None = None
    grid: int = 0
    statistics: int = 0
    end: float = 1.0

    def __call__(self, series: TimeSeries, seed: int) -> Tensor:
        """Summaries of n series for the flow of a seed, (n, ...)."""
        if self.model is not None:
            return summaries.latents(self.model, self.model.seeds.index(seed), series)
        if self.grid:
            return summaries.on_grid(series, self.end, self.grid)
        if self.statistics:
            return summaries.statistics(series, self.end, self.statistics)
        return summaries.observations(series)


@dataclass(frozen=True)
class ObservationConfig:
    """How systems are observed.

    Args:
        points: irregular observations of each.
        window: range (low, high) of the window's end, uniform.
        noise: standard deviation on every observed value.
        gapped: whether the middle third of the observations is lost.
    """

    points: int
    window: tuple[float, float]
    noise: float
    gapped: bool = False

    def __post_init__(self) -> None:
        if self.points < FEW or not 0 < self.window[0] <= self.window[1] or not self.noise > 0:
            raise ConfigError(
                f"systems are to be observed at {self.points} points in a window of {list(self.window)} with noise "
                f"{self.noise}, expected at least {FEW} points, 0 < low <= high and noise above 0"
            )

    def observe(self, system: System, parameters: Array, seed: int) -> TimeSeries:
        """Series of systems, (n, parameter)."""
        rng = np.random.default_rng(seed)
        times = irregular_times(len(parameters), self.points, rng.uniform(*self.window, size=len(parameters)), rng)
        series = observe(system, parameters, times, self.noise, rng, "observed systems")
        if not self.gapped:
            return series
        kept = torch.from_numpy(VIEWS["gapped"](self.points))
        return TimeSeries(series.times[:, kept], series.values[:, kept], series.name)
