"""Which of a trajectory's observations training shows to the encoder and to the loss."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.masks import observed
from pathlode.core.shapes import MaskInTime, Times, Values
from pathlode.errors import ConfigError


@dataclass(frozen=True)
class Views:
    """Draws, for every training step, which observations the encoder sees and which the prediction is compared with.

    An encoder that sees the same trajectories at many sampling rates, while the loss covers the whole trajectory, learns to
    give the same z0 at every rate. All trajectories and members share a step's draw. The first observation is always shown,
    because the integration starts there.

    If values are missing or series differ in length, each series shows the same share of its own observations: the times at
    which any value was observed. At least two are shown of a series that has two. Its first time stays in any case.

    Args:
        later: largest share of a series' observations that are left out at its beginning. Each trajectory of a step then begins
            at an observation of its own, uniformly among those, and what follows is seen and compared as if the series began
            there. So a few series show the encoder many initial states.
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

    later: float = 0.0
    strides: tuple[int, ...] = (1,)
    subsets: float = 0.0
    share: tuple[float, float] = (0.1, 1.0)
    first: int | None = None
    compared: int | None = None

    def __post_init__(self) -> None:
        low, high = self.share
        for name, value, allowed, expected in (
            ("later", self.later, 0 <= self.later < 1, "a share of at least 0 and below 1"),
            ("strides", list(self.strides), self.strides and min(self.strides) >= 1, "whole numbers of at least 1"),
            ("subsets", self.subsets, 0 <= self.subsets <= 1, "a probability"),
            ("share", list(self.share), 0 < low <= high <= 1, "0 < low <= high <= 1"),
            ("first", self.first, self.first is None or self.first >= 2, "null, or at least 2"),
            ("compared", self.compared, self.compared is None or self.compared >= 2, "null, or at least 2"),
        ):
            if not allowed:
                raise ConfigError(f"views.{name} is {value}, expected {expected}")

    @property
    def whole(self) -> bool:
        """Whether the encoder sees, and the prediction is compared with, all observations from that on at which a trajectory
        begins."""
        return set(self.strides) == {1} and not self.subsets and self.first is None and self.compared is None

    def begun(self, times: Times, values: Values, generator: torch.Generator) -> tuple[Times, Values]:
        """The trajectories of a step from the observation on at which each begins; at least two of those that have two."""
        if not self.later:
            return times, values
        given = _Observations.of(times, values)
        most = (self.later * given.number.double()).floor().minimum((given.number - 2).double()).clamp_min(0)
        first = torch.rand(times.shape[-2], generator=generator).to(most) * (most + 1)
        chosen = given.present & (given.rank >= first.floor()[..., None])
        return given.only(chosen.expand(times.shape))

    def seen(self, times: Times, values: Values, generator: torch.Generator) -> tuple[Times, Values]:
        """The observations that the encoder sees in a step, out of times (..., time) and values (..., time, feature)."""
        if torch.rand((), generator=generator) < self.subsets:
            low, high = self.share
            share = low + (high - low) * float(torch.rand((), generator=generator))
            given = _Observations.of(times, values)
            number = given.number if self.first is None else given.number.clamp_max(self.first)
            return given.some((share * number.double()).round().long().clamp_min(2), number, generator)
        stride = self.strides[int(torch.randint(len(self.strides), (), generator=generator))]
        return self._every(stride, times, values)

    def asked(self, times: Times, values: Values, generator: torch.Generator) -> tuple[Times, Values]:
        """The observations that the prediction is compared with in a step."""
        if self.compared is None:
            return times, values
        given = _Observations.of(times, values)
        if self.compared >= int(given.number.max()):
            return times, values
        return given.some(torch.full_like(given.number, self.compared), given.number, generator)

    def counts(self, fewest: int, most: int) -> tuple[int, int]:
        """The fewest and the most observations of a series that the encoder sees, out of series with that many."""
        fewest -= max(0, min(math.floor(self.later * fewest), fewest - 2))
        fewest, most = (number if self.first is None else min(number, self.first) for number in (fewest, most))
        shown = []
        if self.subsets > 0:
            shown += [
                min(number, max(2, round(share * number)))
                for number, share in zip((fewest, most), self.share, strict=True)
            ]
        if self.subsets < 1:
            shown += [-(-fewest // max(self.strides)), -(-most // min(self.strides))]
        return min(shown), max(shown)

    def in_validation(self, times: Times, values: Values) -> tuple[Times, Values]:
        """The observations that the encoder sees in validation."""
        return self._every(1, times, values)

    def _every(self, stride: int, times: Times, values: Values) -> tuple[Times, Values]:
        """Every ``stride``-th of the observations that the encoder may see; the same tensors if these are all."""
        if stride == 1 and self.first is None:
            return times, values
        given = _Observations.of(times, values)
        chosen = given.rank % stride == 0
        return given.at(chosen if self.first is None else chosen & (given.rank < self.first))


@dataclass(frozen=True)
class _Observations:
    """Series, some of whose observations are to be chosen.

    Attributes:
        times: (..., time).
        values: (..., time, feature).
        present: where anything was observed, (..., time); one row (time,) for all if everything was.
        rank: the number of observations before, shaped like ``present``.
        number: the number of observations, (...) or ().
    """

    times: Times
    values: Values
    present: MaskInTime
    rank: Tensor
    number: Tensor

    @classmethod
    def of(cls, times: Times, values: Values) -> "_Observations":
        mask = observed(values)
        complete = torch.ones(times.shape[-1], dtype=torch.bool, device=times.device)
        present = complete if mask is None else mask.any(dim=-1)
        return cls(times, values, present, present.cumsum(dim=-1) - 1, present.sum(dim=-1))

    def at(self, chosen: MaskInTime) -> tuple[Times, Values]:
        """The chosen observations and each first time; the same tensors if these are all."""
        chosen = chosen & self.present
        chosen[..., 0] = True
        if int(chosen.sum(dim=-1).max()) == self.times.shape[-1]:
            return self.times, self.values
        return self.only(chosen)

    def only(self, chosen: MaskInTime) -> tuple[Times, Values]:
        """The chosen times, padded at the end; of each trajectory at least one."""
        longest = int(chosen.sum(dim=-1).max())
        places = (~chosen).long().argsort(dim=-1, stable=True)[..., :longest]
        if places.ndim == 1:
            return self.times[..., places], self.values[..., places, :]
        kept = chosen.gather(-1, places)
        values = self.values.gather(-2, places[..., None].expand(*places.shape, self.values.shape[-1]))
        return self.times.gather(-1, places).where(kept, torch.nan), values.where(kept[..., None], torch.nan)

    def some(self, count: Tensor, number: Tensor, generator: torch.Generator) -> tuple[Times, Values]:
        """The first observation and ``count - 1`` others at random of the ``number`` first ones, in their order."""
        longest = int(number.max())
        order = 1 + torch.randperm(longest - 1, generator=generator).to(number.device)
        own = order < number[..., None]
        drawn = own & (own.cumsum(dim=-1) < count[..., None])
        chosen = torch.ones(*number.shape, longest, dtype=torch.bool, device=number.device)
        chosen = chosen.scatter(-1, order.expand(drawn.shape), drawn)
        return self.at(chosen.gather(-1, self.rank.clamp(0, longest - 1)) & (self.rank < number[..., None]))
