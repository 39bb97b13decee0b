"""A learning-rate scheduler that looks ahead with a model of past runs."""

import copy
import logging
import math
from dataclasses import asdict
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from pathlode.core.plain import from_plain, to_plain
from pathlode.errors import ConfigError
from pathlode.schedule.decisions import Decision, LookAheadConfig, best_schedule, continuations, rate_at
from pathlode.schedule.live_log import LiveLog
from pathlode.schedule.proposals import perturbed_futures
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import LOSS
from pathlode.schedule.sharing import decided_once

logger = logging.getLogger(__name__)


class LatentODELR(LRScheduler):
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
        ConfigError: if there are fewer steps than the window has moments, or the first group's rate is not above 0.

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
        if total_steps < model.config.window:
            raise ConfigError(
                f"total_steps is {total_steps}, expected at least the {model.config.window} moments of the model's window"
            )
        first = float(optimizer.param_groups[0]["lr"])
        if not first > 0:
            raise ConfigError(
                f"the first parameter group has a rate of {first:g}, but the others' are relative to it; give it one above 0"
            )
        self.model, self.total_steps, self.config = model, int(total_steps), config or LookAheadConfig()
        self._chained, self._shared = chained, shared
        self.decisions: list[Decision] = []
        self._last_moment = float(model.config.points - 1)
        self._schedule = model.rates.copy()
        self._range = model.card.ranges["log_lr"]
        self._log = LiveLog(model.card.metric_is_loss)
        self._due = float(model.config.window - 1)
        self._own: list[float] = []
        self._noticed = False
        self._generator = torch.Generator().manual_seed(self.config.seed)
        super().__init__(optimizer)

    def record(self, *, loss: float | None = None, metric: float | None = None) -> None:
        """Takes note of a training loss, and of the validation metric whenever it was measured, for the next :meth:`step`.

        Args:
            loss: loss of the last batch. Losses before this scheduler's turn in a ``SequentialLR`` are ignored.
            metric: the same metric as in the past runs. Between two measurements the last one counts.
        """
        begun = self.last_epoch >= 0
        self._log.record(_number(loss) if begun else None, _number(metric))

    def step(self, epoch: int | None = None, *, loss: float | None = None, metric: float | None = None) -> None:
        """Records what is given as :meth:`record` does, and sets the rate of the next optimiser step.

        Args:
            epoch: 0, with which ``SequentialLR`` of older torch begins a scheduler's turn, or nothing.
            loss: loss of the last optimiser step. Without any, a decision that falls due keeps the schedule and says so.
            metric: as in :meth:`record`.

        Raises:
            ConfigError: if something else than 0 is given without a name.
        """
        if epoch is not None:
            if type(epoch) is not int or epoch != 0:
                raise ConfigError(f"step() was given {epoch} without a name, expected step(loss=..., metric=...)")
            self.last_epoch = -1
        self.record(loss=loss, metric=metric)
        if self.last_epoch >= 0:  # not when it is made
            self._take_note(self.last_epoch + 1)
            self._notice_changes()
        super().step()
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
        """
        state = copy.deepcopy(dict(from_plain(dict(state_dict))))
        before = state.pop("total_steps")
        self._generator.set_state(state.pop("_generator"))
        self.decisions = [Decision(**row) for row in state.pop("decisions")]
        self._schedule = state.pop("_schedule").numpy().copy()
        self._log = LiveLog(**state.pop("_log"))
        self.__dict__.update(state)
        if before != self.total_steps:
            self._stretch(before)

    def _stretch(self, before: int) -> None:
        """Goes over from a training of so many steps to one of :attr:`total_steps`."""
        last, taken = self._last_moment, max(0, self.last_epoch)
        now, then = self._moment(taken), last * min(1.0, taken / before)
        places = np.interp(np.arange(len(self._schedule)), [0.0, now, last], [0.0, then, last])
        rate = rate_at(self._schedule, then)
        self._schedule = np.interp(places, np.arange(len(self._schedule)), self._schedule)
        self._schedule[math.floor(now)] = math.log(rate)
        self._log.stretch(before / self.total_steps)
        self._due = max(self.model.config.window - 1.0, self._due * before / self.total_steps)

    def _moment(self, step: int) -> float:
        return self._last_moment * min(1.0, step / self.total_steps)

    def _rates(self) -> list[float]:
        """The groups' rates by the schedule, for the optimiser step after the last one counted."""
        groups, rate = self.optimizer.param_groups, rate_at(self._schedule, self._moment(self.last_epoch + 1))
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

    def _take_note(self, step: int) -> None:
        """Adds a row to the log, as often as in past runs, and decides if a decision is due."""
        rows, moment = self.model.card.rows, self._moment(step)
        if step * rows // self.total_steps > (step - 1) * rows // self.total_steps:
            rate = float(self.optimizer.param_groups[0]["lr"])
            self._log.add_row(step / self.total_steps, math.log(rate) if rate > 0 else self._range[0])
        if self._due <= moment < self._last_moment:
            self._due = math.floor(moment) + (self.config.every or self.model.config.window)
            self._decide(step, moment)

    def _decide(self, step: int, moment: float) -> None:
        """Decides once; ``moment`` is the moment on the clock after ``step`` optimiser steps."""
        decide = partial(self._decision, step, moment)
        decision, self._schedule = decided_once(decide) if self._shared else decide()
        self._log.heard = False
        self.decisions.append(decision)

    def _decision(self, step: int, moment: float) -> tuple[Decision, NDArray[np.float64]]:
        """A decision, and the schedule after it."""
        horizon = self.config.horizon * self._last_moment
        moments: NDArray[np.float64] = moment - np.arange(self.model.config.window, dtype=np.float64)[::-1]
        window = self._log.at(moments / self._last_moment)
        recent = window[len(window) // 2 :, LOSS]
        chosen: NDArray[np.float64] | None = None
        qualified, metric, lacking = 0, math.nan, self._log.lacking()
        if lacking:
            outcome = lacking
        elif not np.isfinite(window).all():
            outcome = "kept: a loss or metric is not finite"
        elif moment >= horizon:
            outcome = "kept: the horizon is past"
        else:
            futures = self._futures(moments, window, horizon)
            schedules, ends = continuations(futures, recent, moment, self._last_moment, self._range, self.config)
            qualified, outcome = len(ends), "kept: no future has such a loss"
            if qualified:
                chosen, metric = best_schedule(schedules, ends, self.config.averaged, self.model.config.mode)
                outcome = "new schedule"
        schedule = self._schedule if chosen is None else self._followed(chosen, moment)
        if chosen is None and not (lacking and any(earlier.outcome == lacking for earlier in self.decisions)):
            remedy = "; give it to step() or record()" if lacking else ""
            logger.warning("step %d: the current schedule is %s%s", step, outcome, remedy)
        rate = rate_at(schedule, moment)
        return Decision(step, moment, float(recent.mean()), qualified, metric, rate, outcome), schedule

    def _followed(self, chosen: NDArray[np.float64], moment: float) -> NDArray[np.float64]:
        """The schedule that continues with chosen log rates, one moment apart, from a moment on."""
        points, schedule = np.arange(len(self._schedule)), self._schedule.copy()
        later = points > moment
        schedule[later] = np.interp(points[later] - moment, np.arange(len(chosen)), chosen)
        schedule[math.floor(moment)] = chosen[0]
        return schedule

    def _futures(
        self, moments: NDArray[np.float64], window: NDArray[np.float64], horizon: float
    ) -> NDArray[np.float64]:
        """Predicted futures from the window's last moment to the horizon, one moment apart, (future, time, feature)."""
        return perturbed_futures(self.model, moments, window, horizon, self.config, self._generator)


def _number(value: float | torch.Tensor | None) -> float | None:
    if value is None:
        return None
    return float(value.detach() if isinstance(value, torch.Tensor) else value)
