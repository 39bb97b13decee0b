"""Logged runs, the question that a model of them answers, and its answer."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeVar

import numpy as np

from pathlode.arrays import Array
from pathlode.errors import DataError

Item = TypeVar("Item")

WIDTH_90 = 1.6448536269514722
"""Standard deviations of a normal distribution from its mean to the ends of its central 90 %."""


@dataclass(frozen=True)
class LoggedRun:
    """A training with its schedule of learning rates.

    Args:
        group: what was trained, in whose own units its losses are.
        name: name of the run within the group.
        settings: name of what it was trained with; runs of one name differ in their seed only.
        steps: optimiser steps at which the loss was logged, increasing, (row,).
        losses: a positive measure of the error, (row,).
        moments: optimiser steps of the schedule, increasing from 0 to at least the last of ``steps``, (moment,).
        rates: learning rates there, with lines between them, (moment,).

    Raises:
        DataError: if steps or moments do not increase, a loss is not a finite number above 0, a rate is below 0, none is above
            it, or the schedule ends before the log.
    """

    group: str
    name: str
    settings: str
    steps: Array
    losses: Array
    moments: Array
    rates: Array

    def __post_init__(self) -> None:
        where = f"run {self.name} of {self.group}"
        if (np.diff(self.steps) <= 0).any() or (np.diff(self.moments) <= 0).any():
            raise DataError(f"{where}: its steps do not increase; sort the rows, and leave out repeated ones")
        if not (np.isfinite(self.losses) & (self.losses > 0)).all():
            raise DataError(f"{where}: a loss is not a finite number above 0; leave the run out")
        if not (np.isfinite(self.rates) & (self.rates >= 0)).all() or not self.rates.max() > 0:
            raise DataError(f"{where}: a rate is not a finite number of at least 0, or all are 0; leave the run out")
        if len(self.steps) and self.moments[-1] < self.steps[-1]:
            raise DataError(f"{where}: its rates end before its losses do; leave the run out")

    @property
    def end(self) -> float:
        """The last logged step."""
        return float(self.steps[-1])

    def until(self, step: float) -> Self:
        """The run as it is known at a step: the rows until then, and the whole schedule."""
        seen = self.steps <= step
        return replace(self, steps=self.steps[seen], losses=self.losses[seen])

    def scaled(self, step: float, loss: float, rate: float) -> Self:
        """The run in other units of steps, losses and rates."""
        return replace(
            self,
            steps=self.steps / step,
            losses=self.losses / loss,
            moments=self.moments / step,
            rates=self.rates / rate,
        )

    def sums(self, steps: Array) -> Array:
        """The integral of the rate from step 0 to steps, which has the value of the sum of the rates."""
        known = np.concatenate([[0.0], np.cumsum(np.diff(self.moments) * (self.rates[1:] + self.rates[:-1]) / 2)])
        return self._between(steps, known)

    def rates_at(self, steps: Array) -> Array:
        """The rates at steps."""
        return np.interp(steps, self.moments, self.rates)

    def log_losses_at(self, steps: Array) -> Array:
        """Logarithms of the losses at steps: linear between rows, constant before the first and after the last one."""
        return np.interp(steps, self.steps, np.log(self.losses))

    def _between(self, steps: Array, known: Array) -> Array:
        """The integral at steps between the schedule's moments, exact for rates with lines between them."""
        at = np.clip(np.searchsorted(self.moments, steps, side="right") - 1, 0, len(self.moments) - 1)
        rates = (self.rates[at] + self.rates_at(steps)) / 2
        return known[at] + (np.asarray(steps) - self.moments[at]) * rates


@dataclass(frozen=True)
class Question:
    """The beginning of a run, of which the rest is asked, and past runs to learn from.

    Args:
        past: whole runs, in the same units of steps, losses and rates.
        seen: what is known of the run: its first rows, and the whole schedule.
        asked: steps of the later rows, the last one at the end, (row,).
    """

    past: Sequence[LoggedRun]
    seen: LoggedRun
    asked: Array

    @property
    def share(self) -> float:
        """The seen share of the run's steps."""
        return self.seen.end / float(self.asked[-1])


@dataclass(frozen=True)
class LogForecast:
    """A distribution of the logarithm of the loss at every asked step, by its mean and the ends of its central 90 %.

    Args:
        mean: (row,).
        low: (row,).
        high: (row,).
    """

    mean: Array
    low: Array
    high: Array

    @classmethod
    def normal(cls, mean: Array, deviation: Array) -> Self:
        """A normal distribution at every step, from its mean and standard deviation."""
        return cls(mean, mean - WIDTH_90 * deviation, mean + WIDTH_90 * deviation)

    @property
    def spread(self) -> Array:
        """The standard deviation of a normal distribution whose central 90 % are as wide, (row,)."""
        return (self.high - self.low) / (2 * WIDTH_90)


def spaced(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of the items, equally spaced, the first and the last among them."""
    places = np.linspace(0, len(items) - 1, min(len(items), most)).round().astype(int)
    return [items[place] for place in places]


class LogModel(ABC):
    """A way to predict the rest of a run from its beginning and from past runs."""

    @abstractmethod
    def answer(self, questions: Sequence[Question]) -> list[LogForecast]:
        """Forecasts of all questions, each from its own past runs and its own beginning."""
