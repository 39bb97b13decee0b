"""A learning-rate scheduler that looks ahead with a model of past runs."""

import copy
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from pathlode.core.plain import from_plain, to_plain
from pathlode.errors import CheckpointError, ConfigError, is_positive
from pathlode.schedule.decisions import Decision, LookAheadConfig
from pathlode.schedule.live_log import LiveLog
from pathlode.schedule.revised_schedule import RevisedSchedule
from pathlode.schedule.run_model import RunModel

logger = logging.getLogger(__name__)


class LatentODELR(RevisedSchedule, LRScheduler):
    """Sets the rates of those futures for which a model of past runs predicts the best metric.

    Call :meth:`step` after every optimiser step. The scheduler keeps a log with as many rows as the logs of the past runs: mean
    loss since the previous row, rate, and last metric. Until the model's window is full, the rate follows that of the best past
    run. From then on the scheduler decides at regular moments of the clock:

    1. It encodes the last window, perturbs the latent vector z to ``z + σ |z| ε``, and integrates each to the horizon.
    2. In every predicted future it finds the moments, from now on, whose loss equals the current one, and of these the moment
       with the largest rate.
    3. From these moments on, it averages the rates of the futures with the best metric at the horizon. The average is the new
       schedule.

    If such a loss occurs in no future, the current schedule continues. The time between a future's moment and its horizon is
    stretched to the time between now and the horizon. A rate that falls in the future has then fallen at the horizon, however
    often the schedule changes.

    Rates stay between the smallest and the largest of the past runs. The first parameter group takes these rates; the others
    keep the ratio of their initial rates to that of the first. A group that is added later keeps the ratio to the first group's
    rate that it has when it is added.

    If something else calls :meth:`step`, such as ``SequentialLR``, ``ChainedScheduler`` or a trainer, give losses and metrics
    to :meth:`record`. With gradient accumulation, record the loss of every part: a row takes their mean. A step that a
    ``GradScaler`` skips may be counted or not, and its loss may be infinite.

    If ``torch.distributed`` has several processes, rank 0 decides by its own losses and metrics, and all processes take the
    decision. All must then step alike.

    Args:
        optimizer: any optimiser.
        model: model fitted to past runs (:func:`pathlode.schedule.fitting.fit`).
        total_steps: optimiser steps of the whole training.
        config: settings.
        chained: whether the rates are multiplied by what other schedulers make of them, as in ``ChainedScheduler``. Create this
            scheduler before the others. By default it sets its own rates whatever else has changed them.
        shared: whether the processes of ``torch.distributed`` share rank 0's decisions. Say no if each trains on its own.

    Attributes:
        decisions: all decisions (:class:`pathlode.schedule.decisions.Decision`); ``pandas.DataFrame(scheduler.decisions)`` is a
            table of them.

    Raises:
        ConfigError: if the optimiser, the model or the settings are something else, there are fewer steps than the window has
            moments or infinitely many, or the first group's rate is not a finite number above 0.

    Source: Sampson & Melchior 2025, Dynamics of Learning (https://arxiv.org/abs/2509.23052). Unlike the published code, it
    averages the rates of the futures that were scored, compares losses on both sides of the current one, draws new
    perturbations for every decision, keeps rates in the range of the past runs, and stretches schedules to the horizon.

    Cost: one decision encodes a window and solves ``futures`` small ODEs, independent of the trained network.
    """

    _settings: ClassVar[tuple[str, ...]] = ("optimizer", "model", "config", "_chained", "_shared")
    """Attributes that a scheduler is made with, and that its :meth:`state_dict` leaves out."""

    def __init__(
        self,
        optimizer: Optimizer,
        model: RunModel,
        total_steps: int,
        config: LookAheadConfig | None = None,
        *,
        chained: bool = False,
        shared: bool = True,
    ) -> None:
        config = config or LookAheadConfig()
        for value, kind in ((optimizer, Optimizer), (model, RunModel), (config, LookAheadConfig)):
            if not isinstance(value, kind):
                raise ConfigError(
                    f"{value!r:.40} was given where a LatentODELR expects one of the class {kind.__name__}"
                )
        if not is_positive(total_steps) or total_steps < model.config.window:
            raise ConfigError(
                f"total_steps is {total_steps}, expected at least the {model.config.window} moments of the model's window, and "
                "an end"
            )
        first = float(optimizer.param_groups[0]["lr"])
        if not 0 < first < math.inf:
            raise ConfigError(
                f"the first parameter group has a rate of {first:g}, but the others' are relative to it; give it one above 0"
            )
        RevisedSchedule.__init__(self, model, int(total_steps), config, shared)
        self._chained = chained
        self._own: list[float] = []
        self._noticed = False
        LRScheduler.__init__(self, optimizer)

    def record(self, *, loss: float | None = None, metric: float | None = None) -> None:
        """Takes note of a training loss, and of the validation metric whenever it was measured, for the next :meth:`step`.

        Args:
            loss: loss of the last batch. Losses before this scheduler's turn in a ``SequentialLR`` are ignored.
            metric: the same metric as in the past runs. Between two measurements the last one counts.

        Raises:
            ConfigError: if one of them is not one number.
        """
        begun = self.last_epoch >= 0
        self._log.record(_number("loss", loss) if begun else None, _number("metric", metric))

    def step(self, epoch: int | None = None, *, loss: float | None = None, metric: float | None = None) -> None:
        """Records what is given as :meth:`record` does, and sets the rate of the next optimiser step.

        Args:
            epoch: 0, with which ``SequentialLR`` of older torch begins a scheduler's turn, or nothing.
            loss: loss of the last optimiser step. Without any, a decision that falls due keeps the schedule and says so.
            metric: as in :meth:`record`.

        Raises:
            ConfigError: if something else than 0 is given without a name, and as :meth:`record`.
        """
        if epoch is not None:
            if type(epoch) is not int or epoch != 0:
                raise ConfigError(f"step() was given {epoch} without a name, expected step(loss=..., metric=...)")
            self.last_epoch = -1
        self.record(loss=loss, metric=metric)
        if self.last_epoch >= 0:  # not when it is made
            self._take_note(self.last_epoch + 1, float(self.optimizer.param_groups[0]["lr"]))
            self._notice_changes()
        LRScheduler.step(self)
        self._own = self._rates()

    def get_lr(self) -> list[float | torch.Tensor]:
        """The groups' rates for the next optimiser step."""
        rates = self._rates()
        if not self._chained or self.last_epoch == 0:
            return list(rates)
        now = [float(group["lr"]) for group in self.optimizer.param_groups]
        before = self._own + now[len(self._own) :]  # a new group has the rate that it was added with
        return [rate * (lr / own) for rate, lr, own in zip(rates, now, before, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """Plain values and tensors from which :meth:`load_state_dict` continues exactly, without the model and the settings."""
        state = {name: value for name, value in self.__dict__.items() if name not in self._settings}
        state |= {
            "decisions": [asdict(decision) for decision in self.decisions],
            "base_lrs": list(self.base_lrs),
            "_generator": self._generator.get_state(),
            "_schedule": torch.from_numpy(self._schedule.copy()),
            "_log": asdict(self._log),
        }
        return dict(to_plain(state, "the scheduler's state"))  # for example of a rate that is a number of NumPy

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict` of a scheduler with the same model and settings.

        If this scheduler was made with another ``total_steps``, the steps so far are another share of the training, and what is
        left of the current schedule is stretched to its end.

        Raises:
            CheckpointError: if the state is that of something else, or of a model with another number of moments.
        """
        known = set(state_dict) if isinstance(state_dict, Mapping) else set()
        if lacking := {"total_steps", "_generator", "_schedule", "_log", "decisions"} - known:
            raise CheckpointError(
                f"the state has no {min(lacking)}, expected that of a LatentODELR: load it into its scheduler"
            )
        if len(state_dict["_schedule"]) != len(self._schedule):
            raise CheckpointError(
                f"the state is that of a model of {len(state_dict['_schedule'])} moments, but this scheduler's has "
                f"{len(self._schedule)}: make the scheduler with the model that it had"
            )
        state = copy.deepcopy(dict(from_plain(dict(state_dict))))
        before = state.pop("total_steps")
        self._generator.set_state(state.pop("_generator"))
        self.decisions = [Decision(**row) for row in state.pop("decisions")]
        self._schedule = state.pop("_schedule").numpy().copy()
        self._log = LiveLog(**state.pop("_log"))
        self.__dict__.update(state)
        if before != self.total_steps:
            self._stretch(before, max(0, self.last_epoch))

    def _rates(self) -> list[float]:
        """The groups' rates by the schedule, for the optimiser step after the last one counted."""
        groups, rate = self.optimizer.param_groups, self._rate(self.last_epoch + 1)
        for group in groups[len(self.base_lrs) :]:
            own = float(group["lr"]) / (float(groups[0]["lr"]) or rate) * float(self.base_lrs[0])
            self.base_lrs.append(group.setdefault("initial_lr", own))
        return [rate * float(base) / float(self.base_lrs[0]) for _, base in zip(groups, self.base_lrs, strict=False)]

    def _notice_changes(self) -> None:
        """Says once that something else sets rates as well."""
        rate, own = (float(each) for each in (self.optimizer.param_groups[0]["lr"], self._last_lr[0]))
        if rate != own and not self._chained and not self._noticed:
            self._noticed = True
            logger.warning(
                "something else has changed the learning rate from %g to %g, and this scheduler sets its own again; in a "
                "ChainedScheduler, make it with chained=True, before the others",
                own,
                rate,
            )


def _number(name: str, value: float | torch.Tensor | None) -> float | None:
    try:
        return None if value is None else float(value.detach() if isinstance(value, torch.Tensor) else value)
    except (TypeError, ValueError, RuntimeError):
        given = f"a tensor of the shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else repr(value)
        raise ConfigError(f"{name} is {given}, expected one number, such as the mean over a batch") from None
