"""Training of a flow on simulations that are drawn as it goes.

A simulation is seen a limited number of times, whatever the training's length, and then replaced. Between these times its
design and noise are drawn anew, or stay the same, as the pool decides (:class:`Pool`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim import Adam

from pathlode.core.eager import eager
from pathlode.core.streams import stream
from pathlode.errors import ConfigError, DivergenceError
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.settings import check_numbers
from pathlode.inference.flows.training import TrainingState
from pathlode.training.resume import Interim

_VALIDATION = 2**20
"""Number of the pool of the validation pairs; training never gets that far."""
_LEAST = {"steps": 1, "batch": 2, "simulated": 10, "views": 1, "validated": 2, "validate_every": 1}
"""Least values of the settings."""


class Pool(Protocol):
    """Simulated systems, each of which can be observed again and again."""

    @property
    def theta(self) -> Tensor:
        """Their parameters, drawn from the prior, (n, parameter)."""

    def observe(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """What a flow is given of the chosen systems (count,): summaries (count, number) or observations (count, time, number).

        A :class:`~pathlode.inference.simulations.SystemPool` keeps trajectories, and draws design and noise at each call. A
        :class:`~pathlode.inference.simulated_pools.SummarisedPool` keeps observations, design and noise included.
        """


class Simulations(Protocol):
    """A simulator with a prior of its parameters and of observation designs."""

    def pool(self, count: int, seed: tuple[int, ...]) -> Pool:
        """Simulates ``count`` systems; the seed decides which."""


@dataclass(frozen=True)
class FreshConfig:
    """Settings of a training on fresh simulations.

    Args:
        steps: optimiser steps.
        batch: pairs per step.
        learning_rate: the peak, after a linear rise; a half cosine then falls to 0 at the last step.
        warmup: share of the steps in which the rate rises.
        simulated: systems in a pool. New ones replace them when each has been observed ``views`` times on average.
        views: times that a system is seen in training, on average, because batches are drawn with replacement. The trajectory
            is the same each time, which costs less than another simulation. Its design and noise are new each time, or the
            same too, as :meth:`Pool.observe` says.
        validated: pairs of the validation. They are drawn once and not used in training.
        validate_every: steps between validations.
    """

    steps: int = 8000
    batch: int = 512
    learning_rate: float = 1e-3
    warmup: float = 0.05
    simulated: int = 20000
    views: int = 20
    validated: int = 2000
    validate_every: int = 500

    def __post_init__(self) -> None:
        check_numbers("fresh", self, _LEAST)
        if not isinstance(self.warmup, Real) or not 0 <= self.warmup < 1:
            raise ConfigError(f"fresh.warmup is {self.warmup}, expected a share from 0 to below 1")

    @property
    def steps_per_pool(self) -> int:
        """Steps after which a pool is replaced."""
        return max(1, self.simulated * self.views // self.batch)


class FreshTraining(TrainingState):
    """One training of a flow on fresh simulations: Adam, whose learning rate falls to 0.

    There are no best weights to choose, and no early stopping: pools are replaced before their systems have been seen more than
    ``views`` times on average. The validation pairs, which are never trained on, measure progress.

    Args:
        flow: a fresh flow; its units are set from the first pool.
        simulations: where pools come from; the flow's seed decides which.
        config: settings.
    """

    plain = ("step", "seconds", "history", "since")  # a pool is simulated again

    def __init__(self, flow: Flow, simulations: Simulations, config: FreshConfig) -> None:
        begun = time.process_time()
        self.flow, self.simulations, self.config = flow, simulations, config
        self.generator = stream(flow.seed, 1)
        self.step, self.number = 0, 0
        self.pool = self._simulated(0, config.simulated)
        every = torch.arange(config.simulated)
        flow.standardise(self.pool.theta, flow.as_given(self.pool.observe(every, stream(flow.seed, 2))))
        self.held = self._validation_pairs()
        self.modules = nn.ModuleList([flow.network, *([flow.embedding] if flow.embedding else [])])
        self.optimiser = eager(Adam)(self.modules.parameters(), lr=config.learning_rate, fused=True)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._share)
        self.history: list[tuple[int, float, float]] = []
        self.since: list[float] = []
        self.seconds = time.process_time() - begun

    def run(
        self, kept: Path | None = None, report: Callable[[int, float], None] | None = None
    ) -> list[tuple[int, float, float]]:
        """Trains to the end.

        Args:
            kept: file of a checkpoint, as in :class:`pathlode.training.resume.Interim`.
            report: called at each validation with the step and the validation's log-probability.

        Returns:
            One row per validation: step, mean log-probability of θ in training since the previous validation, and that of the
            validation pairs.

        Raises:
            DivergenceError: if a validation is not finite.
            CheckpointError: if the checkpoint cannot be read.
        """
        interim = Interim(kept)
        if state := interim.read():
            self.load_state_dict(state)
        begun = time.process_time() - self.seconds
        while self.step < self.config.steps:
            self.descend()
            if self.step % self.config.validate_every == 0 or self.step == self.config.steps:
                score = self.validate()
                if report is not None:
                    report(self.step, score)
            self.seconds = time.process_time() - begun
            if interim.due:
                interim.write(self.state_dict())
        self.flow.seconds = self.seconds
        return self.history

    def descend(self) -> None:
        """One step of the optimiser on new observations of systems that are drawn with replacement."""
        self._renew()
        chosen = torch.randint(self.config.simulated, (self.config.batch,), generator=self.generator)
        observed = self.flow.as_given(self.pool.observe(chosen, self.generator))
        y, slopes = self.flow.standard_parameters(self.pool.theta[chosen])
        self.descend_on(y, slopes, self.flow.standard_observations(observed))

    def validate(self) -> float:
        """Adds a row to the history, and returns the mean log-probability of the validation pairs."""
        theta, observed = self.held
        score = self.score(*self.flow.standard_parameters(theta), self.flow.standard_observations(observed))
        if not math.isfinite(score):
            raise DivergenceError(
                f"the flow diverged before step {self.step}: lower its learning rate, {self.config.learning_rate:g}"
            )
        self.history.append((self.step, self.scored_since(), score))
        return score

    def _share(self, step: int) -> float:
        """The learning rate of a step as a share of its peak."""
        rising = self.config.warmup * self.config.steps
        if step < rising:
            return (step + 1) / (rising + 1)
        return 0.5 + 0.5 * math.cos(math.pi * (step - rising) / (self.config.steps - rising))

    def _simulated(self, number: int, count: int) -> Pool:
        return self.simulations.pool(count, (self.flow.seed, number))

    def _renew(self) -> None:
        """Replaces the pool if all its systems have been observed often enough."""
        number = self.step // self.config.steps_per_pool
        if number != self.number:
            self.number, self.pool = number, self._simulated(number, self.config.simulated)

    def _validation_pairs(self) -> tuple[Tensor, Tensor]:
        pool, every = self._simulated(_VALIDATION, self.config.validated), torch.arange(self.config.validated)
        return pool.theta, self.flow.as_given(pool.observe(every, stream(self.flow.seed, 3)))
