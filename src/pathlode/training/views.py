"""Which of a trajectory's observations training shows to the encoder and to the loss."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.shapes import Times, Values
from pathlode.errors import ConfigError


@dataclass(frozen=True)
class Views:
    """Draws, for every training step, which observations the encoder sees and which the prediction is compared with.

    An encoder that sees the same trajectories at many sampling rates, while the loss covers the whole trajectory, learns to
    give the same z0 at every rate. All trajectories and members share a step's draw. The first observation is always shown,
    because the integration starts there. The draw is of positions; a series that is shorter shows those that it has.

    Args:
        strides: the encoder sees every k-th observation, with k drawn from these.
        subsets: probability with which it sees a random subset of the observations instead.
        share: range (low, high) of that subset's share of the observations, uniform.
        first: the encoder sees only this number of first observations, in training and validation alike, and learns to
            predict the others; strides and subsets select from them. None for all observations.
        compared: number of observations, drawn at random, that the prediction is compared with; None for all of them. The
            loss sums over these only and measures a path's length along them.

    Raises:
        ConfigError: if a number is out of its range.
    """

    strides: tuple[int, ...] = (1,)
    subsets: float = 0.0
    share: tuple[float, float] = (0.1, 1.0)
    first: int | None = None
    compared: int | None = None

    def __post_init__(self) -> None:
        low, high = self.share
        for name, value, allowed, expected in (
            ("strides", list(self.strides), self.strides and min(self.strides) >= 1, "whole numbers of at least 1"),
            ("subsets", self.subsets, 0 <= self.subsets <= 1, "a probability"),
            ("share", list(self.share), 0 < low <= high <= 1, "0 < low <= high <= 1"),
            ("first", self.first, self.first is None or self.first >= 2, "null, or at least 2"),
            ("compared", self.compared, self.compared is None or self.compared >= 2, "null, or at least 2"),
        ):
            if not allowed:
                raise ConfigError(f"views.{name} is {value}, expected {expected}")

    def seen(self, points: int, generator: torch.Generator) -> Tensor:
        """Positions of the observations that the encoder sees, increasing, out of ``points``."""
        points = min(points, self.first or points)
        if torch.rand((), generator=generator) < self.subsets:
            low, high = self.share
            share = low + (high - low) * float(torch.rand((), generator=generator))
            return _some(points, max(2, round(share * points)), generator)
        stride = self.strides[int(torch.randint(len(self.strides), (), generator=generator))]
        return torch.arange(0, points, stride)

    def asked(self, points: int, generator: torch.Generator) -> Tensor:
        """Positions of the observations that the prediction is compared with, increasing."""
        if self.compared is None or self.compared >= points:
            return torch.arange(points)
        return _some(points, self.compared, generator)


def at(positions: Tensor, times: Times, values: Values) -> tuple[Times, Values]:
    """The observations at these positions; the same tensors if these are all."""
    if len(positions) == times.shape[-1]:
        return times, values
    return times[..., positions], values[..., positions, :]


def _some(points: int, count: int, generator: torch.Generator) -> Tensor:
    """The first of ``points`` positions and ``count - 1`` others at random, increasing."""
    others = 1 + torch.randperm(points - 1, generator=generator)[: count - 1]
    return torch.cat([torch.zeros(1, dtype=torch.long), others.sort().values])
