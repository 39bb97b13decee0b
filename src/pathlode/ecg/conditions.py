"""How a beat that is to be classified was recorded: at which rate, with which samples missing, with how much noise."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.ecg.beats import BEFORE, POINTS, Beats
from pathlode.ecg.records import RATE
from pathlode.errors import ConfigError
from pathlode.series import TimeSeries
from pathlode.shapes import Times, Values

TIMES = (torch.arange(POINTS) - BEFORE) / RATE
"""Times of a window's samples in seconds from the R peak, (POINTS,)."""


def millivolts(beats: Beats, chosen: NDArray[np.int64]) -> Tensor:
    """Some beats at 360 Hz, (beat, POINTS)."""
    return torch.from_numpy(beats.microvolts[chosen].astype(np.float32) / 1000)


def whole_series(beats: Beats, chosen: NDArray[np.int64], name: str) -> TimeSeries:
    """Some beats as time series of all their samples."""
    return TimeSeries(*Condition().observe(millivolts(beats, chosen), seed=0), name)


@dataclass(frozen=True)
class Condition:
    """What is left of the 360 Hz recording.

    Args:
        stride: every how many samples one is kept, without a filter before it.
        missing: share of those samples that are lost, at random and in each beat others; the first one stays, and at
            least one more.
        noise: standard deviation of Gaussian noise, in millivolts.
    """

    stride: int = 1
    missing: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.stride <= POINTS // 2:
            raise ConfigError(f"a condition's stride is {self.stride}, expected 1 to {POINTS // 2}")
        if not 0 <= self.missing <= 0.9:
            raise ConfigError(f"a condition's share of missing samples is {self.missing}, expected 0 to 0.9")
        if not self.noise >= 0:
            raise ConfigError(f"a condition's noise is {self.noise}, expected at least 0 millivolts")

    @property
    def rate(self) -> float:
        """Samples per second, the missing ones not counted."""
        return RATE / self.stride * (1 - self.missing)

    def observe(self, beats: Tensor, seed: int) -> tuple[Times, Values]:
        """What is seen of beats (beat, POINTS): times (beat, time) in seconds and values (beat, time, 1)."""
        generator = torch.Generator().manual_seed(seed)
        positions = torch.arange(0, POINTS, self.stride).expand(len(beats), -1)
        if self.missing:
            kept = max(2, round((1 - self.missing) * positions.shape[1]))
            draws = torch.rand(positions.shape, generator=generator)
            draws[:, 0] = -1.0
            positions = positions.gather(1, draws.argsort(dim=1)[:, :kept].sort(dim=1).values)
        values = beats.gather(1, positions)
        if self.noise:
            values = values + self.noise * torch.randn(values.shape, generator=generator)
        return TIMES[positions], values[..., None]
