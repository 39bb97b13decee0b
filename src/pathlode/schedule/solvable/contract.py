"""The interface of solvable tasks."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor

LOGGED_MOMENTS = 50
"""Equally spaced moments at which a run logs its loss; the last is the run's end."""

SCORED = 32
"""Number of seeds over which the expected loss of a simulated training is the mean; all schedules have the same."""

FIRST_SCORED = 10**15
"""The first of these seeds; those of logged runs are smaller."""

_State = TypeVar("_State")  # what a task's training changes


class SolvableTask(ABC, Generic[_State]):
    """A training whose loss is known or simulated in milliseconds, for many schedules at once.

    :meth:`step` and :meth:`loss` are differentiable in the rates. Here a run is one training under one schedule; the first axis
    of every tensor is the run.

    Attributes:
        steps: optimiser steps of a run, a multiple of :data:`LOGGED_MOMENTS`.
        largest: largest rate that is allowed.
        noise: relative standard deviation of a logged loss; 0 if the task's own seeds make the noise.
        dtype: type of its numbers.
    """

    steps: ClassVar[int]
    largest: ClassVar[float]
    noise: ClassVar[float] = 0.02
    dtype: ClassVar[torch.dtype] = torch.float64

    @abstractmethod
    def start(self, seeds: Tensor) -> _State:
        """The state before the first step, of runs with these seeds, (run,)."""

    @abstractmethod
    def step(self, state: _State, rates: Tensor) -> _State:
        """The state after one step with the rates (run,)."""

    @abstractmethod
    def loss(self, state: _State) -> Tensor:
        """The loss, (run,)."""

    def losses(self, rates: Tensor, seeds: Tensor | None = None) -> Tensor:
        """The losses of runs at all moments, without the noise of logging, (run, moment).

        Args:
            rates: rates of all steps, (run, step).
            seeds: seeds of the runs, (run,); 0 if left out.
        """
        state = self.start(torch.zeros(len(rates), dtype=torch.long) if seeds is None else seeds)
        found = []
        for number, rate in enumerate(rates.unbind(dim=1), start=1):
            state = self.step(state, rate)
            if number % every(rates) == 0:
                found.append(self.loss(state))
        return torch.stack(found, dim=1)

    def expected(self, rates: Tensor) -> Tensor:
        """The expected loss at the end of runs with these rates, (run, step) -> (run,)."""
        return self.losses(rates)[:, -1]

    def searched(self, rates: Tensor) -> Tensor:
        """The loss that the search for the best schedule makes small: the expected one, or an estimate with other seeds."""
        return self.expected(rates)

    @torch.no_grad()
    def logged(self, rates: Tensor, seeds: Tensor) -> Tensor:
        """The losses that runs log, (run, moment): ``losses · errors``."""
        return self.losses(rates, seeds) * self.errors(seeds)

    def errors(self, seeds: Tensor) -> Tensor:
        """Factors of the logged losses, (run, moment): exp(noise · ε) with standard normal ε of each run's seed."""
        normal = [torch.randn(LOGGED_MOMENTS, dtype=self.dtype, generator=seeded(seed)) for seed in seeds]
        return (self.noise * torch.stack(normal)).exp()


def over_seeds(task: SolvableTask[Any], rates: Tensor, first: int) -> Tensor:
    """The mean of a task's loss at the end over :data:`SCORED` seeds from the first on, (run,)."""
    seeds = torch.arange(first, first + SCORED).repeat(len(rates))
    return task.losses(rates.repeat_interleave(SCORED, dim=0), seeds)[:, -1].unflatten(0, (-1, SCORED)).mean(dim=1)


def every(rates: Tensor) -> int:
    """Steps between two moments of runs with these rates, (run, step)."""
    return rates.shape[1] // LOGGED_MOMENTS


def seeded(seed: Tensor) -> torch.Generator:
    """A generator with this seed, a scalar."""
    return torch.Generator().manual_seed(int(seed))
