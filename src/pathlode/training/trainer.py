"""Training of a stack of models, in named steps and without file access."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from pathlode.core.context import Context, as_argument
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import PerMember, Times, Values
from pathlode.core.solve import FixedStep
from pathlode.errors import DivergenceError
from pathlode.models.contract import SequenceModel
from pathlode.models.noise import learn_noise
from pathlode.models.prediction import Prediction, required
from pathlode.training.batches import Batches, owners_of_sets, refuse_unusable
from pathlode.training.losses.contract import Loss
from pathlode.training.outcomes import Outcomes, prepared
from pathlode.training.refusals import refuse_unfit_parts
from pathlode.training.settings import TrainingConfig
from pathlode.training.stacked_optimiser import StackedOptimiser
from pathlode.training.validation import BestWeights, Validation, validation_errors
from pathlode.training.views import Views

logger = logging.getLogger(__name__)


class Trainer:
    """Trains all members of a model together. Each member sees the batches that it would see alone.

    All members share one set of trajectories, or each has its own, see :class:`pathlode.core.observed.Observed`.

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
        outcomes: what whole trajectories are, for a model with a head, which is then trained as well.
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
        outcomes: Outcomes | None = None,
    ) -> None:
        refuse_unusable(training, validation)
        views = Views() if views is None else views
        refuse_unfit_parts(model, loss, config, views)
        self.model, self.loss, self.config, self.device = model.to(device), loss, config, device
        self.views = views
        precision = training.dtype  # of the validation data as well: a model's units are in that of its training data
        self.training, self.validation = (series.to(precision, device).trimmed() for series in (training, validation))
        owners = owners_of_sets(self.training, self.validation, len(model.seeds), owners)
        self._owners = None if owners is None else torch.tensor(owners)
        self.batches = Batches(self.training, model.seeds, config.batch, self._owners)
        self.model.standardise(self.training, owners)
        self.model.check(self.validation)
        self.outcomes = prepared(outcomes, model, self.training, self.validation, owners)
        self.model.counts = self.views.counts(*self.training.counts)
        self.best = BestWeights(model)
        self.optimiser = StackedOptimiser(model, config, self.best)
        self.step_number = 0
        self.seconds = 0.0
        self._clock = time.process_time if torch.device(device).type == "cpu" else time.perf_counter
        self.solver_steps = config.solver_steps
        self.history: list[Validation] = []
        self._since_validation: list[Tensor] = []

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
        self._learn_noise()

    @property
    def best_mse(self) -> PerMember:
        """Each member's lowest validation error so far, in the model's units; with a head, its weighted loss is part of it."""
        return self.best.mse

    @property
    def diverged(self) -> Tensor:
        """Which members were validated and never had a finite error, (member,)."""
        finite = [row.mse.isfinite() for row in self.history] or [torch.ones_like(self.best_mse, dtype=torch.bool)]
        return ~torch.stack(finite).any(dim=0)

    def step(self) -> None:
        """One optimiser step for all members."""
        started = self._clock()
        times, values = self.views.begun(*self.batches.next_batch(), self.batches.shared)
        seen, (query, targets) = (
            draw(times, values, self.batches.shared) for draw in (self.views.seen, self.views.asked)
        )
        self.optimiser.zero_grad()
        draws = self.model.draws(self.solver_steps)
        noise = self.batches.draw(torch.randn, draws) if draws else None
        if self.loss.random_times:
            query = self.loss.random_query(query, self.batches.draw(torch.rand, query.shape[-1]))
        prediction = self._prediction(seen, query, noise)
        losses = self.loss(self.model, prediction, targets, self.step_number / self.config.steps, self._noise)
        if self.outcomes is not None:
            known = self.outcomes.training[self.batches.where]
            losses = losses + self.outcomes.loss(self.model, required(prediction.outcome, "outcome"), known)
        losses.sum().backward()
        self.step_number += 1
        self.optimiser.clip_gradients(self.step_number)
        self.optimiser.update()
        self._since_validation.append(losses.detach())
        self.seconds += self._clock() - started

    def _prediction(self, seen: tuple[Times, Values], query: Times, noise: Tensor | None) -> Prediction:
        """What a step compares with the observations."""
        more = {"noise": noise, "solver": self._solver(), **as_argument(self.batches.context)}
        if self.config.forcing:
            return self.model.forced(*seen, self.config.forcing, **more)
        return self.model(*seen, query, check=False, **more)

    def validate(self) -> Validation:
        """Scores the current weights, keeps each member's best, and compares the solver's error with the validation error.

        A member with a spike in its error goes back to its best weights, see ``spike`` of
        :class:`pathlode.training.settings.TrainingConfig`.
        """
        own = slice(None) if self._owners is None else self._owners
        times, values = self.validation.times[own], self.validation.values[own]
        context = None if self.validation.context is None else self.validation.context.at(own)
        seen = self.views.in_validation(times, values)
        mse, share = validation_errors(self.model, seen, times, values, self._solver(), context)
        error = mse if self.outcomes is None else mse + self._outcome_error(seen, context)
        self.best.keep(error)
        self.optimiser.recover(
            self.best.mse.isfinite() & ~(error <= self.config.spike * self.best.mse), self.step_number
        )
        self._learn_noise()
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

    @torch.no_grad()
    def _outcome_error(self, seen: tuple[Times, Values], context: Context | None) -> PerMember:
        """The head's weighted loss on the validation trajectories, of which the encoder sees these observations."""
        assert self.outcomes is not None
        z0 = self.model.encode(*seen, check=False, context=context).z0
        own = slice(None) if self._owners is None else self._owners
        known = self.outcomes.validation[own]
        return self.outcomes.loss(self.model, required(self.model.outcome(z0), "outcome"), known)

    def _report_solver(self, row: Validation) -> None:
        allowed, share = self.config.solver_error_share, row.solver_share.nan_to_num(0.0)
        if not row.inaccurate(allowed):
            return
        remedy = "raise train.solver_steps"
        if self.config.refine:
            self.solver_steps *= 2
            self.best.forget_errors()
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

    @property
    def _noise(self) -> Tensor | None:
        """The noise of a training by the likelihood: until it is learnt, the standard deviation of the data."""
        if not self.config.likelihood:
            return None
        return self.model.noise.where(self.model.noise > 0, self.model.std)

    def _learn_noise(self) -> None:
        if self.config.likelihood:
            owners, shown = None if self._owners is None else self._owners.tolist(), self.views.in_validation
            learn_noise(self.model, self.validation, ensemble=False, shown=shown, owners=owners, solver=self._solver())

    def _solver(self) -> FixedStep:
        return FixedStep(self.config.solver, self.solver_steps)

    def restore_best(self) -> None:
        """Gives the model each member's best weights by validation."""
        self.best.restore(torch.ones_like(self.best_mse, dtype=torch.bool))

    def state_dict(self) -> dict[str, Any]:
        """All that the rest of the run depends on, as tensors, numbers and strings."""
        return {
            "step_number": self.step_number,
            "seconds": self.seconds,
            "solver_steps": self.solver_steps,
            "history": [vars(row) for row in self.history],
            "since_validation": self._since_validation,
            "model": self.model.state_dict(),
            "best": self.best.state_dict(),
            "batches": self.batches.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict`. The run then ends as if it had never been interrupted."""
        self.step_number, self.seconds = state["step_number"], state["seconds"]
        self.solver_steps = state["solver_steps"]
        self.history = [Validation(**row) for row in state["history"]]
        self._since_validation = [losses.to(self.device) for losses in state["since_validation"]]
        self.model.load_state_dict(state["model"])
        self.best.load_state_dict(state["best"])
        self.batches.load_state_dict(state["batches"])
        self.optimiser.load_state_dict(state["optimiser"])
