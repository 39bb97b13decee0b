"""Training of a stack of models, in named steps and without file access."""

import itertools
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pathlode.core.masks import observed
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Mask, PerMember, Times, Values
from pathlode.core.solve import FixedStep
from pathlode.core.stacked import member_norms, scale_members
from pathlode.errors import ConfigError, DataError, DivergenceError
from pathlode.models.contract import SequenceModel
from pathlode.training.losses.contract import Loss, squared_error
from pathlode.training.rates import RATES
from pathlode.training.settings import OPTIMISERS, TrainingConfig
from pathlode.training.views import Views, at

logger = logging.getLogger(__name__)

MOST_OVERFLOWS = 20
"""Consecutive steps without a finite gradient after which a member returns to its best weights."""


MOST_INACCURATE = 0.1
"""Largest share of a stack's members whose solver error may exceed ``solver_error_share`` before that counts. In a large stack
some member does so at some time."""


@dataclass(frozen=True)
class Validation:
    """One row of the training history.

    Attributes:
        step: optimiser steps taken.
        seconds: time spent in optimiser steps so far, for the whole stack. On the CPU it is the process's CPU time over all
            threads, which hardly depends on other load on the machine; on another device it is elapsed time.
        train_loss: mean loss since the last validation, per member.
        mse: mean squared error on the validation observations in the model's units, per member; all observed values of all
            trajectories have the same weight.
        solver_share: estimated solver error as a share of that mean squared error, per member.
        solver_steps: solver steps per trajectory.
    """

    step: int
    seconds: float
    train_loss: PerMember
    mse: PerMember
    solver_share: PerMember
    solver_steps: int


class Trainer:
    """Trains all members of a model together. Each member sees the batches that it would see alone.

    All members share one set of trajectories, or each has its own, see :class:`pathlode.core.series.Observed`.

    Args:
        model: the stack; its parameters are changed in place, and its units are set from the training data.
        loss: a registered loss; the model must offer all that it needs.
        training: observations to fit.
        validation: observations that choose the best weights.
        config: settings.
        device: device to train on. Random numbers are drawn on the CPU, so they do not depend on it.
        views: which observations the encoder sees in each step, and which are fitted; by default all. In validation the
            encoder sees all of them, or the first ones if ``views.first`` is set.
        owners: the index of each member's set of trajectories, if there are several sets; by default in order.
    """

    def __init__(
        self,
        model: SequenceModel,
        loss: Loss,
        training: TimeSeries,
        validation: TimeSeries,
        config: TrainingConfig,
        device: str = "cpu",
        views: Views | None = None,
        owners: Sequence[int] | None = None,
    ) -> None:
        _refuse_unusable(training, validation)
        lacking = sorted(loss.needs - model.offers)
        if lacking:
            raise ConfigError(
                f"{type(loss).__name__} needs a model with {lacking[0]!r}, which {type(model).__name__} does not offer: choose "
                "another loss or model"
            )
        if config.batch > len(training):
            raise ConfigError(
                f"train.batch is {config.batch}, but there are only {len(training)} training trajectories"
            )
        members = len(model.seeds)
        self.model, self.loss, self.config, self.device = model.to(device), loss, config, device
        self.views = views or Views()
        precision = training.dtype  # of the validation data as well: a model's units are in that of its training data
        self.training, self.validation = (series.to(precision, device).trimmed() for series in (training, validation))
        owners = self._owners(owners)
        self.model.standardise(self.training, owners)
        self.model.check(self.validation)
        self._own = None if owners is None else torch.tensor(owners)[:, None]
        if len(config.rates) not in (1, members):
            raise ConfigError(
                f"train.learning_rate has {len(config.rates)} rates for {members} members, expected one each"
            )
        self._slower = torch.tensor(config.rates, device=device) / max(config.rates)
        self.step_number = 0
        self.seconds = 0.0
        self._clock = time.process_time if torch.device(device).type == "cpu" else time.perf_counter
        self.solver_steps = config.solver_steps
        self.history: list[Validation] = []
        self.best_mse = torch.full((members,), math.inf, device=device)
        self.best = {name: p.detach().clone() for name, p in model.named_parameters()}
        self._since_validation: list[Tensor] = []
        self._overflows = torch.zeros(members, dtype=torch.long, device=device)
        self._batches = [torch.Generator().manual_seed(seed) for seed in model.seeds]
        self._noise = [torch.Generator().manual_seed(seed + 2**32) for seed in model.seeds]
        self._viewing = torch.Generator().manual_seed(0)  # one for all members, so it does not depend on the stack
        self._order = torch.empty(members, 0, dtype=torch.long)
        self._parameters = list(model.parameters())
        self._optimiser = OPTIMISERS[config.optimiser](
            self._parameters, lr=max(config.rates), betas=tuple(config.betas)
        )
        self._schedule = RATES[config.schedule](self._optimiser, max(config.rates), config.steps, config.warmup)

    def run(self, on_validation: Callable[[Validation], None] | None = None, strict: bool = True) -> None:
        """Takes the remaining steps, then gives the model each member's best weights.

        Args:
            on_validation: called with each validation.
            strict: whether a diverged member raises an error. Otherwise it keeps its initial weights, and :attr:`diverged`
                marks it.

        Raises:
            DivergenceError: if ``strict`` and a member never had a finite validation error.
        """
        while self.step_number < self.config.steps:
            self.step()
            if self.step_number % self.config.validate_every == 0 or self.step_number == self.config.steps:
                row = self.validate()
                if on_validation is not None:
                    on_validation(row)
        if strict:
            self._refuse_divergence()
        self.restore_best()

    @property
    def diverged(self) -> Tensor:
        """Which members were validated and never had a finite error, (member,)."""
        finite = [row.mse.isfinite() for row in self.history] or [torch.ones_like(self.best_mse, dtype=torch.bool)]
        return ~torch.stack(finite).any(dim=0)

    def step(self) -> None:
        """One optimiser step for all members."""
        started = self._clock()
        times, values = self.next_batch()
        points = times.shape[-1]
        seen, asked = (draw(points, self._viewing) for draw in (self.views.seen, self.views.asked))
        query, targets = at(asked, times, values)
        self._optimiser.zero_grad(set_to_none=True)
        noise = self.draw(torch.randn, self.model.draws) if self.model.draws else None
        if self.loss.random_times:
            query = self.loss.random_query(query, self.draw(torch.rand, query.shape[-1]))
        prediction = self.model(*at(seen, times, values), query, noise=noise, solver=self._solver(), check=False)
        losses = self.loss(self.model, prediction, targets, self.step_number / self.config.steps)
        losses.sum().backward()
        self.clip_gradients()
        self._update()
        self.step_number += 1
        self._since_validation.append(losses.detach())
        self.seconds += self._clock() - started

    def _owners(self, owners: Sequence[int] | None) -> Sequence[int] | None:
        """The index of each member's set of trajectories; None if all members share one set."""
        sets = {series.sets for series in (self.training, self.validation)}
        count, members = self.training.sets, len(self.model.seeds)
        given = owners if owners is not None or count is None else range(count)
        if len(sets) > 1 or (given is not None and (len(given) != members or not count or max(given) >= count)):
            raise ConfigError(
                f"there are {count or 1} sets of training and {self.validation.sets or 1} of validation trajectories for "
                f"{members} members, owners {owners}: expected one set for all, one for each, or an owner for each member"
            )
        return given

    @torch.no_grad()
    def _update(self) -> None:
        """One step of the optimiser, at each member's own learning rate: a step is proportional to the rate."""
        before = {parameter: parameter.clone() for parameter in self._parameters} if len(self._slower) > 1 else {}
        self._optimiser.step()
        self._schedule.step()
        for parameter, old in before.items():
            parameter.copy_(old.lerp(parameter, self._slower.view(-1, *[1] * (old.ndim - 1))))

    def next_batch(self) -> tuple[Times, Values]:
        """Times and values of the next trajectories, (member, batch, ...), each member in its own order."""
        if self._order.shape[1] < self.config.batch:
            n = len(self.training)
            self._order = torch.stack([torch.randperm(n, generator=generator) for generator in self._batches])
        chosen, self._order = self._order.split([self.config.batch, self._order.shape[1] - self.config.batch], dim=1)
        where = chosen if self._own is None else (self._own, chosen)
        return self.training.times[where], self.training.values[where]

    def draw(self, distribution: Callable[..., Tensor], size: int) -> Tensor:
        """Random numbers for the loss, (member, batch, size), each member's from its own stream."""
        draws = [distribution(self.config.batch, size, generator=generator) for generator in self._noise]
        return torch.stack(draws).to(self.device)

    def clip_gradients(self) -> None:
        """Scales each member's gradient to the largest allowed norm.

        A gradient through a long integration can overflow. The member then skips the step; after :data:`MOST_OVERFLOWS`
        skipped steps in a row it returns to its best weights by validation.
        """
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        norms = member_norms(gradients)
        overflown = ~norms.isfinite()
        self._overflows = torch.where(overflown, self._overflows + 1, 0)
        factors = torch.where(overflown, 0.0, (self.config.clip_norm / norms.clamp_min(1e-12)).clamp_max(1.0))
        if overflown.any():
            seeds = [seed for seed, skipped in zip(self.model.seeds, overflown.tolist(), strict=True) if skipped]
            logger.info("step %d: the gradient of seeds %s overflowed; they skip it", self.step_number + 1, seeds)
            self._roll_back(self._overflows == MOST_OVERFLOWS)
            for gradient in gradients:
                gradient.nan_to_num_(0.0, 0.0, 0.0)
        scale_members(gradients, factors)

    @torch.no_grad()
    def validate(self) -> Validation:
        """Scores the current weights, keeps each member's best, and compares the solver's error with the validation error."""
        own = slice(None) if self._own is None else self._own[:, 0]
        times, values, first = self.validation.times[own], self.validation.values[own], self.views.first
        prediction = self.model(
            times[..., :first],
            values[..., :first, :],
            times,
            solver=self._solver(),
            estimate_error=True,
            check=False,
        )
        mask = observed(values)
        mse = _mean(squared_error(prediction.values, values, self.model.std, mask), mask).to(self.best_mse)
        share = torch.zeros_like(mse)  # for a model without a solver
        if prediction.values_error is not None:
            wrong = squared_error(prediction.values_error, torch.zeros_like(values), self.model.std, mask)
            share = _mean(wrong, mask).to(mse) / mse
        improved = mse < self.best_mse
        self.best_mse = torch.where(improved, mse, self.best_mse)
        for name, parameter in self.model.named_parameters():
            better = improved.view(-1, *[1] * (parameter.ndim - 1))
            self.best[name] = torch.where(better, parameter, self.best[name])
        losses = (
            torch.stack(self._since_validation).mean(dim=0)
            if self._since_validation
            else torch.full_like(mse, math.nan)
        )
        self._since_validation = []
        row = Validation(self.step_number, self.seconds, losses, mse, share, self.solver_steps)
        self.history.append(row)
        self._report_solver(row)
        return row

    def _report_solver(self, row: Validation) -> None:
        allowed, share = self.config.solver_error_share, row.solver_share.nan_to_num(0.0)
        if (share > allowed).float().mean() <= MOST_INACCURATE:
            return
        remedy = "raise train.solver_steps"
        if self.config.refine:
            self.solver_steps *= 2
            self.best_mse = torch.full_like(self.best_mse, math.inf)
            remedy = f"the rest of the run takes {self.solver_steps} steps"
        logger.warning(
            "step %d: with %d %s steps the solver causes %.0f %% of the validation error of seed %d, more than the %.0f %% "
            "of train.solver_error_share; %s",
            *(row.step, row.solver_steps, self.config.solver, 100 * float(share.max())),
            *(self.model.seeds[int(share.argmax())], 100 * allowed, remedy),
        )

    def _refuse_divergence(self) -> None:
        if self.diverged.any():
            seed = self.model.seeds[int(self.diverged.nonzero()[0])]
            raise DivergenceError(
                f"training diverged: seed {seed} never had a finite validation error; "
                f"lower the learning rate ({max(self.config.rates):g}) or train.clip_norm ({self.config.clip_norm:g})"
            )

    def _roll_back(self, stuck: Tensor) -> None:
        """Restores the members' best weights."""
        if stuck.any():
            seeds = [seed for seed, back in zip(self.model.seeds, stuck.tolist(), strict=True) if back]
            logger.warning("step %d: seeds %s go back to their best weights", self.step_number + 1, seeds)
            self._overflows = torch.where(stuck, 0, self._overflows)
            self._take_best(stuck)

    def _solver(self) -> FixedStep:
        return FixedStep(self.config.solver, self.solver_steps)

    def restore_best(self) -> None:
        """Gives the model each member's best weights by validation."""
        self._take_best(torch.ones_like(self.best_mse, dtype=torch.bool))

    @torch.no_grad()
    def _take_best(self, members: Tensor) -> None:
        for name, parameter in self.model.named_parameters():
            parameter[members] = self.best[name][members]

    def state_dict(self) -> dict[str, Any]:
        """All that the rest of the run depends on, as tensors, numbers and strings."""
        return {
            "step_number": self.step_number,
            "seconds": self.seconds,
            "solver_steps": self.solver_steps,
            "history": [vars(row) for row in self.history],
            "best_mse": self.best_mse,
            "best": self.best,
            "since_validation": self._since_validation,
            "overflows": self._overflows,
            "batches": [generator.get_state() for generator in self._batches],
            "noise": [generator.get_state() for generator in self._noise],
            "viewing": self._viewing.get_state(),
            "order": self._order.clone(),
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict`. The run then ends as if it had never been interrupted."""
        self.step_number, self.seconds = state["step_number"], state["seconds"]
        self.solver_steps = state["solver_steps"]
        self.history = [Validation(**row) for row in state["history"]]
        self.best_mse = state["best_mse"].to(self.device)
        self.best = {name: parameter.to(self.device) for name, parameter in state["best"].items()}
        self._since_validation = [losses.to(self.device) for losses in state["since_validation"]]
        self._overflows = state["overflows"].to(self.device)
        self._viewing.set_state(state["viewing"])
        self._order = state["order"]
        for generator, saved in zip(
            itertools.chain(self._batches, self._noise), itertools.chain(state["batches"], state["noise"]), strict=True
        ):
            generator.set_state(saved)
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])


def _mean(errors: Values, mask: Mask | None) -> PerMember:
    """Mean over the observed values of all trajectories."""
    if mask is None:
        return errors.mean(dim=(1, 2, 3))
    return errors.sum(dim=(1, 2, 3)) / mask.sum(dim=(-3, -2, -1))


def _refuse_unusable(training: TimeSeries, validation: TimeSeries) -> None:
    """Refuses data from which nothing can be learnt."""
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
