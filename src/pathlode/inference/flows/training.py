"""Training of a flow."""

import copy
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from pathlode.core.eager import eager
from pathlode.core.streams import stream
from pathlode.errors import DataError, DivergenceError
from pathlode.inference.flows.given import as_parameters
from pathlode.training.resume import Interim

if TYPE_CHECKING:
    from pathlode.inference.flows.contract import Flow

LEAST_PAIRS = 10
"""Least number of pairs for a fit."""
LEAST_STEPS = 10
"""Least number of steps of a training."""
LARGEST_GRADIENT = 5.0
"""Largest gradient norm; larger gradients are scaled to it."""


_STATEFUL = ("modules", "optimiser", "schedule")


class TrainingState:
    """What a training of a flow goes on from: attributes with plain values, those with a state of their own, random numbers.

    Attributes:
        plain: names of the attributes with plain values.
        flow: the flow.
        generator: random numbers of the batches, and of the flow's loss.
        step: steps taken.
        seconds: CPU seconds so far.
        since: mean log-probability of θ in each step since the last validation; empty where training does not compute it.
    """

    plain: ClassVar[tuple[str, ...]]
    flow: "Flow"
    generator: torch.Generator
    modules: nn.ModuleList
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    step: int
    seconds: float
    since: list[float]
    _last: tuple[Tensor, Tensor, Tensor]

    def descend_on(self, y: Tensor, slopes: Tensor, standard: Tensor) -> None:
        """One step of the optimiser.

        Args:
            y: standardised parameters of a batch, (n, parameter).
            slopes: ``log |dy/dθ|``, (n,).
            standard: standardised summaries or observations, (n, ...).
        """
        loss = self.flow.loss(y, self.flow.embed(standard), self.generator).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.modules.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        self.schedule.step()
        self.step += 1
        if self.flow.maximises_density:
            self.since.append(float(slopes.mean() - loss.detach()))
        else:
            self._last = y, slopes, standard

    @torch.no_grad()
    def score(self, y: Tensor, slopes: Tensor, standard: Tensor) -> float:
        """Mean log-probability of θ, of what :meth:`descend_on` takes."""
        return float((self.flow.density(y, self.flow.embed(standard)) + slopes).mean())

    def scored_since(self) -> float:
        """Mean log-probability of θ in training since the last call; of the last batch alone where training does not compute
        it.
        """
        scores, self.since = self.since or [self.score(*self._last)], []
        return sum(scores) / len(scores)

    def state_dict(self) -> dict[str, Any]:
        """All that the rest of the training depends on, as tensors and plain values."""
        return {
            **{name: getattr(self, name) for name in self.plain},
            "generator": self.generator.get_state(),
            **{name: getattr(self, name).state_dict() for name in _STATEFUL},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from a state of :meth:`state_dict`."""
        for name in self.plain:
            setattr(self, name, state[name])
        self.generator.set_state(state["generator"])
        for name in _STATEFUL:
            getattr(self, name).load_state_dict(state[name])


class FlowTraining(TrainingState):
    """One training of a flow: AdamW with a one-cycle learning rate, stopped early by the log-probability of validation pairs.

    Args:
        flow: a fresh flow; its units are set from the pairs that are not held out.
        theta: parameters drawn from the prior, (n, parameter).
        observed: their summaries, (n, number), or observations, (n, time, number).

    Raises:
        DataError: if a number cannot be used, a θ lies outside the prior, or there are too few pairs.
    """

    plain = ("step", "seconds", "history", "since", "best", "best_step", "best_score")

    def __init__(self, flow: "Flow", theta: Any, observed: Any) -> None:
        theta, observed = as_parameters(theta, len(flow.prior.low)), flow.as_given(observed)
        _check_pairs(flow, theta, observed)
        self.flow, self.config = flow, flow.config
        shuffled = torch.randperm(len(theta), generator=torch.Generator().manual_seed(flow.seed))
        # at least two pairs remain, so a standard deviation exists
        held = min(max(1, round(self.config.validation_fraction * len(theta))), len(theta) - 2)
        self.held, self.fitted = shuffled[:held], shuffled[held:]
        self.batch, self.steps = min(self.config.batch, len(self.fitted)), self.config.steps
        if self.config.epochs:
            self.steps = min(self.steps, max(LEAST_STEPS, self.config.epochs * len(self.fitted) // self.batch))
        flow.standardise(theta[self.fitted], observed[self.fitted])
        (self.y, self.slopes), self.c = flow.standard_parameters(theta), flow.standard_observations(observed)
        self.modules = nn.ModuleList([flow.network, *([flow.embedding] if flow.embedding else [])])
        rate, decay = self.config.learning_rate, self.config.weight_decay
        self.optimiser = eager(AdamW)(self.modules.parameters(), lr=rate, weight_decay=decay, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser,
            self.config.learning_rate,
            total_steps=self.steps + 1,
            pct_start=self.config.warmup,
            cycle_momentum=False,
        )
        self.generator = stream(flow.seed, 1)
        self.step, self.seconds = 0, 0.0
        self.history: list[tuple[int, float, float]] = []
        self.since: list[float] = []
        self.best = copy.deepcopy(self.modules.state_dict())
        self.best_step, self.best_score = 0, -math.inf

    def run(self, kept: Path | None = None) -> list[tuple[int, float, float]]:
        """Trains to the end and gives the flow its best weights.

        Args:
            kept: file of a checkpoint, as in :class:`pathlode.training.resume.Interim`.

        Returns:
            One row per validation: step, mean log-probability of θ in training since the previous validation, and that of the
            validation pairs.

        Raises:
            DivergenceError: if no validation was finite.
            CheckpointError: if the checkpoint cannot be read.
        """
        interim = Interim(kept)
        if state := interim.read():
            self.load_state_dict(state)
        stopped, begun = False, time.process_time() - self.seconds
        while self.step < self.steps and not stopped:
            self.descend()
            if self.step % self.config.validate_every == 0 or self.step == self.steps:
                stopped = self.validate()
            self.seconds = time.process_time() - begun
            if interim.due and not stopped:
                interim.write(self.state_dict())
        if self.best_score == -math.inf:
            raise DivergenceError(f"the flow diverged: lower its learning rate, {self.config.learning_rate:g}")
        self.modules.load_state_dict(self.best)
        self.flow.seconds = self.seconds
        return self.history

    def descend(self) -> None:
        """One step of the optimiser on a batch drawn with replacement."""
        chosen = self.fitted[torch.randint(len(self.fitted), (self.batch,), generator=self.generator)]
        self.descend_on(self.y[chosen], self.slopes[chosen], self.c[chosen])

    def validate(self) -> bool:
        """Adds a row to the history, keeps the weights if they are the best, and returns whether patience has run out."""
        score = self.score(self.y[self.held], self.slopes[self.held], self.c[self.held])
        self.history.append((self.step, self.scored_since(), score))
        if score > self.best_score:
            self.best, self.best_step, self.best_score = copy.deepcopy(self.modules.state_dict()), self.step, score
            return False
        waited = self.step - max(self.best_step, self.config.warmup * self.steps)
        return waited >= self.config.patience * self.config.validate_every


def _check_pairs(flow: "Flow", theta: Tensor, observed: Tensor) -> None:
    if len(theta) != len(observed) or len(theta) < LEAST_PAIRS:
        raise DataError(
            f"there are {len(theta)} parameter vectors and {len(observed)} summaries, expected equally many and at least ten"
        )
    infinite = (~theta.isfinite().all(dim=1)).nonzero()
    if len(infinite):
        raise DataError(f"parameter vector number {int(infinite[0]) + 1} is infinite: leave the vector out")
    outside = (~flow.prior.contains(theta)).nonzero()
    if len(outside):
        raise DataError(
            f"parameter vector number {int(outside[0]) + 1} lies outside the prior: widen the prior or leave the vector out"
        )
    same = (theta == theta[0]).all(dim=0).nonzero()
    if len(same):
        raise DataError(
            f"parameter {int(same[0]) + 1} is the same in all pairs, so nothing can be learnt about it: leave it out of "
            "the prior"
        )
