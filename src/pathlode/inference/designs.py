"""Observation designs of held-out systems."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from pathlode.arrays import Array
from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import FEW, VIEWS, Split
from pathlode.dynamics.simulation import irregular_times, observe
from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError


@dataclass(frozen=True)
class ObservationConfig:
    """Settings of the observation of systems.

    Args:
        points: number of irregular observations of each system.
        window: range (low, high) of the window's end, uniform.
        noise: standard deviation of the noise on every observed value.
        gapped: whether the middle third of the observations is missing.
    """

    points: int
    window: tuple[float, float]
    noise: float
    gapped: bool = False

    def __post_init__(self) -> None:
        if self.points < FEW or not 0 < self.window[0] <= self.window[1] or not self.noise > 0:
            raise ConfigError(
                f"the observation of systems has {self.points} points, a window of {list(self.window)} and noise "
                f"{self.noise}, expected at least {FEW} points, 0 < low <= high and noise above 0"
            )

    def simulate(self, system: System, count: int, *seed: int) -> Split:
        """``count`` systems with parameters from their prior; the seed, of one or more numbers, decides which."""
        parameters = system.draw(count, np.random.default_rng([*seed, 0]))
        return Split(self.observe(system, parameters, [*seed, 1]), torch.from_numpy(parameters))

    def observe(self, system: System, parameters: Array, seed: int | Sequence[int]) -> TimeSeries:
        """Series of systems with parameters (n, parameter)."""
        rng = np.random.default_rng(seed)
        times = irregular_times(len(parameters), self.points, rng.uniform(*self.window, size=len(parameters)), rng)
        series = observe(system, parameters, times, self.noise, rng, "observed systems")
        if not self.gapped:
            return series
        kept = torch.from_numpy(VIEWS["gapped"](self.points))
        return TimeSeries(series.times[:, kept], series.values[:, kept], series.name)
