"""Random observation designs: a prior of how systems are observed, for posteriors of any design in it."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.dynamics.data import FEW
from pathlode.errors import ConfigError


@dataclass(frozen=True)
class RandomDesigns:
    """A distribution of observation designs. A share of them is the usual one; the others are drawn independently.

    Args:
        points: range (fewest, most) of the number of observations, log-uniform.
        noise: range (low, high) of the noise's standard deviation, log-uniform.
        gapped: share of the designs with a gap.
        longest_gap: largest share of the observations, consecutive in time, that a gap takes away; uniform from 0 to it. At
            least one of the fewest points must remain.
        usual: share of designs with exactly ``usual_points`` observations, ``usual_noise`` and no gap.
        usual_points: observations of the usual design.
        usual_noise: its noise.
    """

    points: tuple[int, int]
    noise: tuple[float, float]
    gapped: float
    longest_gap: float
    usual: float
    usual_points: int
    usual_noise: float

    def __post_init__(self) -> None:
        fewest, most = self.points
        low, high = self.noise
        if not FEW <= fewest <= self.usual_points <= most:
            raise ConfigError(
                f"random designs have {fewest} to {most} points, and the usual one {self.usual_points}, expected at least "
                f"{FEW} and the usual number among them"
            )
        if not 0 < low <= self.usual_noise <= high < math.inf:
            raise ConfigError(
                f"random designs have noise from {low:g} to {high:g}, and the usual one {self.usual_noise:g}, expected numbers "
                "above 0 and the usual noise among them"
            )
        for name in ("gapped", "longest_gap", "usual"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"random designs have {name} {getattr(self, name):g}, expected a share from 0 to 1")
        if self.longest_gap > 1 - 1 / fewest:
            raise ConfigError(
                f"random designs have longest_gap {self.longest_gap:g}, after which nothing is left of {fewest} points: lower "
                f"it to at most 1 - 1 / {fewest}"
            )

    def draw(self, n: int, generator: torch.Generator) -> "DrawnDesigns":
        """Designs of n observed systems."""

        def uniform(low: float = 0.0, high: float = 1.0) -> Tensor:
            return low + (high - low) * torch.rand(n, generator=generator)

        usual = uniform() < self.usual
        points = uniform(*map(math.log, self.points)).exp().round().long()
        noise = uniform(*map(math.log, self.noise)).exp()
        length = uniform(0.0, self.longest_gap).where((uniform() < self.gapped) & ~usual, 0.0)
        return DrawnDesigns(
            points=points.where(~usual, self.usual_points),
            noise=noise.where(~usual, self.usual_noise),
            first=uniform() * (1 - length),
            length=length,
        )


@dataclass(frozen=True)
class DrawnDesigns:
    """Designs of n observed systems.

    Attributes:
        points: number of observations before any gap, (n,).
        noise: standard deviation of their noise, (n,).
        first: share of the observations before the gap, (n,).
        length: share of the observations in it, (n,).
    """

    points: Tensor
    noise: Tensor
    first: Tensor
    length: Tensor

    def mask(self, order: Tensor) -> Tensor:
        """Which of the candidate observations are made, (n, time), at least one of each system.

        Args:
            order: for each system the order in which candidates are taken, a permutation of 0 to time - 1, (n, time), along
                increasing times.
        """
        taken = order < self.points[:, None]
        gapped = self.length.nonzero()[:, 0]  # most have no gap
        points, first, end = (each[gapped, None] for each in (self.points, self.first, self.first + self.length))
        place = (taken[gapped].cumsum(dim=1) - 0.5) / points
        taken[gapped] &= (place < first) | (place >= end)
        return taken
