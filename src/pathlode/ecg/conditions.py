"""Recording conditions of a beat: sampling rate, missing samples, and noise."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.core.shapes import Times, Values
from pathlode.ecg.beats import BEFORE, POINTS, Beats
from pathlode.ecg.records import RATE
from pathlode.errors import ConfigError

TIMES = (torch.arange(POINTS) - BEFORE) / RATE
"""Times of a window's samples in seconds from the R peak, (POINTS,)."""


def millivolts(beats: Beats, chosen: NDArray[np.int64]) -> Tensor:
    """Some beats at 360 Hz, (beat, POINTS)."""
    return torch.from_numpy(beats.microvolts[chosen].astype(np.float32) / 1000)


@dataclass(frozen=True)
class Condition:
    """A degradation of the 360 Hz recording.

    Args:
        stride: every ``stride``-th sample is kept.
        filtered: whether to apply a low-pass filter at 0.8 of the new Nyquist frequency first, like a recorder that samples at
            this rate. Without it, higher frequencies are aliased.
        missing: share of the kept samples that are removed at random, in each beat different ones; the first sample and at
            least one more stay.
        noise: standard deviation of added Gaussian noise, in millivolts.
    """

    stride: int = 1
    filtered: bool = False
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
        """Samples per second, without the missing ones."""
        return RATE / self.stride * (1 - self.missing)

    def observe(self, beats: Tensor, seed: int) -> tuple[Times, Values]:
        """The observations of beats (beat, POINTS): times (beat, time) in seconds and values (beat, time, 1)."""
        generator = torch.Generator().manual_seed(seed)
        if self.filtered and self.stride > 1:
            from scipy.signal import butter, sosfiltfilt  # here, because the import takes half a second

            low_pass = butter(
                8, 0.8 / self.stride, output="sos"
            )  # as in scipy.signal.decimate, but without its phase shift
            beats = torch.from_numpy(sosfiltfilt(low_pass, beats.numpy()).astype(np.float32))
        positions = torch.arange(0, POINTS, self.stride).expand(len(beats), -1)
        if self.missing:
            positions = positions.gather(1, some_positions(positions.shape, 1 - self.missing, generator))
        values = beats.gather(1, positions)
        if self.noise:
            values = values + self.noise * torch.randn(values.shape, generator=generator)
        return TIMES[positions], values[..., None]


def some_positions(shape: torch.Size, share: float, generator: torch.Generator) -> Tensor:
    """Increasing positions of a random share of each beat's points, (beat, kept): the first one, and at least one more.

    Args:
        shape: (beat, point).
        share: share of the points, above 0 and at most 1.
        generator: source of the random numbers.
    """
    draws = torch.rand(shape, generator=generator)
    draws[:, 0] = -1.0
    kept = max(2, round(share * shape[1]))
    chosen = np.argpartition(draws.numpy(), kept - 1, axis=1)[:, :kept]
    drawn = np.zeros(shape, bool)
    np.put_along_axis(drawn, chosen, True, axis=1)
    return torch.from_numpy(np.nonzero(drawn)[1].reshape(len(drawn), kept))
