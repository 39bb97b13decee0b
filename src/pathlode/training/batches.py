"""Trajectories of a training: which can be used, which member each set is for, and the order in which a member sees them."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from pathlode.core.context import Context
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times, Values
from pathlode.core.streams import stream
from pathlode.errors import ConfigError, DataError

_ORDER, _NOISE = 1, 2


def refuse_unusable(training: TimeSeries, validation: TimeSeries) -> None:
    """Refuses data from which nothing can be learnt.

    Raises:
        DataError: if they are no series, mix dates and numbers, have one time each, or never vary.
    """
    for name, series in (("training", training), ("validation", validation)):
        if not isinstance(series, TimeSeries):
            raise DataError(f"{name} is a {type(series).__name__}, expected a TimeSeries: TimeSeries(times, values)")
    if training.dates != validation.dates:
        raise DataError("training and validation mix dates and numbers as times: give both as one of them")
    if int(training.lengths.max()) < 2:
        raise DataError(f"{training.name}: every trajectory has one time, expected at least 2 in some of them")
    values = training.values.flatten(0, -2)
    low, high = (values.nan_to_num(nan=bound) for bound in (torch.inf, -torch.inf))
    if (low.amin(dim=0) >= high.amax(dim=0)).all():
        raise DataError(
            f"{training.name}: all values of each feature are equal in {str(values.dtype).removeprefix('torch.')}, so there is "
            "nothing to learn: check them, or give them in double precision if they differ before they are rounded"
        )
    _refuse_extreme(training, high.amax(dim=0) - low.amin(dim=0))


def _refuse_extreme(training: TimeSeries, spans: Tensor) -> None:
    """Refuses a feature, of the range (feature,), whose standard deviation would overflow or be 0 by underflow."""
    squares = spans.square() * training.times.numel()
    extreme = (spans > 0) & ((squares == 0) | squares.isinf())
    if extreme.any():
        place = int(extreme.int().argmax())
        name = f"feature {place + 1}" if training.layout is None else f"column {training.layout.values[place]!r}"
        kind = str(spans.dtype).removeprefix("torch.")
        raise DataError(
            f"{training.name}: {name} has a range of {float(spans[place]):.3g}, whose square {kind} does not hold: give it in "
            "another unit"
        )


def owners_of_sets(
    training: TimeSeries, validation: TimeSeries, members: int, owners: Sequence[int] | None = None
) -> Sequence[int] | None:
    """The index of each member's set of trajectories; None if all members share one set.

    Args:
        training: one set of trajectories, or several.
        validation: as many sets.
        members: members of the stack.
        owners: that index, if it is not each member's own.

    Raises:
        ConfigError: if sets and members do not fit.
    """
    sets = {series.sets for series in (training, validation)}
    count = training.sets
    given = owners if owners is not None or count is None else range(count)
    if len(sets) > 1 or (given is not None and (len(given) != members or not count or max(given) >= count)):
        raise ConfigError(
            f"there are {count or 1} sets of training and {validation.sets or 1} of validation trajectories for "
            f"{members} members, owners {owners}: expected one set for all, one for each, or an owner for each member"
        )
    return given


class Batches:
    """Batches of trajectories and random numbers. Each member draws them from its own streams, as it would alone.

    Random numbers are drawn on the CPU, so they do not depend on the device.

    Args:
        series: one set of trajectories for all members, or several sets.
        seeds: each member's seed.
        size: trajectories per batch.
        owners: the index of each member's set, (member,); None for one set.

    Attributes:
        shared: the stream of what all members share; it does not depend on the stack.
        where: the index of the last batch's trajectories among all.

    Raises:
        ConfigError: if a batch has more trajectories than there are.
    """

    def __init__(self, series: TimeSeries, seeds: Sequence[int], size: int, owners: Tensor | None = None) -> None:
        if size > len(series):
            raise ConfigError(f"train.batch is {size}, but there are only {len(series)} training trajectories")
        self._series, self._size, self._owners = series, size, owners
        self._orders = [stream(seed, _ORDER) for seed in seeds]
        self._noise = [stream(seed, _NOISE) for seed in seeds]
        self.where: Any = None
        self.shared = torch.Generator().manual_seed(0)
        self._order = torch.empty(len(seeds), 0, dtype=torch.long)

    def next_batch(self) -> tuple[Times, Values]:
        """Times and values of the next trajectories, (member, batch, ...), each member in its own order."""
        if self._order.shape[1] < self._size:
            n = len(self._series)
            self._order = torch.stack([torch.randperm(n, generator=generator) for generator in self._orders])
        chosen, self._order = self._order.split([self._size, self._order.shape[1] - self._size], dim=1)
        where = chosen if self._owners is None else (self._owners[:, None], chosen)
        self.where = where
        return self._series.times[where], self._series.values[where]

    @property
    def context(self) -> Context | None:
        """What is known of the last batch's trajectories besides their observations; None if nothing is."""
        return None if self._series.context is None else self._series.context.at(self.where)

    def draw(self, distribution: Callable[..., Tensor], size: int) -> Tensor:
        """Random numbers for the loss, (member, batch, size), each member's from its own stream."""
        draws = [distribution(self._size, size, generator=generator) for generator in self._noise]
        return torch.stack(draws).to(self._series.times.device)

    def state_dict(self) -> dict[str, Any]:
        """The streams, and what is left of the present order, as tensors."""
        return {"streams": [generator.get_state() for generator in self._streams], "order": self._order.clone()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict`."""
        self._order = state["order"]
        for generator, saved in zip(self._streams, state["streams"], strict=True):
            generator.set_state(saved)

    @property
    def _streams(self) -> list[torch.Generator]:
        return list(itertools.chain(self._orders, self._noise, [self.shared]))
