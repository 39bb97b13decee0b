"""A learning-rate scheduler that looks ahead with a model of past runs."""

import copy
import logging
import math
from dataclasses import asdict
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from pathlode.core.plain import from_plain, to_plain
from pathlode.errors import ConfigError
from pathlode.schedule.decisions import Decision, LookAheadConfig
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import FEATURES, LOG_RATE, LOSS, METRIC, Trajectory

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
    keep the ratio of their initial rates to that of the first.

    Args:
        optimizer: any optimiser.
        model: model fitted to past runs (:func:`pathlode.schedule.fitting.fit`).
        total_steps: optimiser steps of the whole training.
        config: settings.

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

    _settings: ClassVar[tuple[str, ...]] = ("optimizer", "model", "config")
    """Attributes that a scheduler is made with, and that its :meth:`state_dict` leaves out."""

    def __init__(
        self, optimizer: Optimizer, model: RunModel, total_steps: int, config: LookAheadConfig | None = None
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
        self.model, self.total_steps, self.config = model, total_steps, config or LookAheadConfig()
        self.decisions: list[Decision] = []
        self._last_moment = float(model.config.points - 1)
        self._schedule = model.rates.copy()
        self._range = model.card.ranges["log_lr"]
        self._clock: list[float] = []
        self._log: list[tuple[float, float, float]] = []
        self._losses: list[float] = []
        self._metric: float | None = None
        self._due = model.config.window - 1
        self._generator = torch.Generator().manual_seed(self.config.seed)
        super().__init__(optimizer)

    def step(self, loss: float | None = None, metric: float | None = None) -> None:
        """Records a training loss, and the validation metric whenever it was measured, and sets the rate.

        Args:
            loss: loss of the last optimiser step. Without losses the current schedule continues.
            metric: the same metric as in the past runs. Between two measurements the last one counts.
        """
        if metric is not None:
            self._metric = float(metric)
        if loss is not None:
            self._losses.append(float(loss))
            self._take_note(self.last_epoch + 1)
        super().step()

    def get_lr(self) -> list[float | torch.Tensor]:
        """The groups' rates for the next optimiser step."""
        rate = self._rate_at(self._moment(self.last_epoch + 1))
        return [rate * float(base) / float(self.base_lrs[0]) for base in self.base_lrs]

    def state_dict(self) -> dict[str, Any]:
        """Plain values and tensors from which :meth:`load_state_dict` continues exactly, without the model and the settings."""
        state = {name: value for name, value in self.__dict__.items() if name not in self._settings}
        state |= {
            "decisions": [asdict(decision) for decision in self.decisions],
            "_generator": self._generator.get_state(),
            "_schedule": torch.from_numpy(self._schedule.copy()),
            "_clock": list(self._clock),
            "_log": list(self._log),
            "_losses": list(self._losses),
        }
        return dict(to_plain(state, "the scheduler's state"))  # for example of a rate that is a number of NumPy

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict` of a scheduler with the same model and settings."""
        state = dict(from_plain(dict(state_dict)))
        self._generator.set_state(state.pop("_generator"))
        self.decisions = [Decision(**row) for row in state.pop("decisions")]
        self._schedule = state.pop("_schedule").numpy().copy()
        self.__dict__.update(copy.deepcopy(state))

    def _moment(self, step: int) -> float:
        return self._last_moment * min(1.0, step / self.total_steps)

    def _rate_at(self, moment: float) -> float:
        return math.exp(float(np.interp(moment, np.arange(len(self._schedule)), self._schedule)))

    def _take_note(self, step: int) -> None:
        """Adds a row to the log, as often as in past runs, and decides if a decision is due."""
        rows, moment = self.model.card.rows, self._moment(step)
        if self._metric is not None and step * rows // self.total_steps > (step - 1) * rows // self.total_steps:
            loss, self._losses = float(np.mean(self._losses)), []
            self._clock.append(step / self.total_steps)
            rate = float(self.optimizer.param_groups[0]["lr"])
            self._log.append((loss, math.log(rate) if rate > 0 else self._range[0], self._metric))
        if self._due <= moment < self._last_moment:
            self._due = math.floor(moment) + (self.config.every or self.model.config.window)
            self._decide(step, moment)

    def _decide(self, step: int, moment: float) -> None:
        """Decides once; ``moment`` is the moment on the clock after ``step`` optimiser steps."""
        horizon = self.config.horizon * self._last_moment
        moments: NDArray[np.float64] = moment - np.arange(self.model.config.window, dtype=np.float64)[::-1]
        window = np.full((len(moments), len(FEATURES)), np.nan)
        if self._log:
            window = Trajectory(np.array(self._clock), np.array(self._log)).at(moments / self._last_moment)
        recent = window[len(window) // 2 :, LOSS]
        chosen: NDArray[np.float64] | None = None
        qualified, metric = 0, math.nan
        if not self._log:
            outcome = "kept: no metric is known yet"
        elif not np.isfinite(window).all():
            outcome = "kept: a loss or metric is not finite"
        elif moment >= horizon:
            outcome = "kept: the horizon is past"
        else:
            futures = self._futures(moments, window, horizon)
            schedules, ends = self._candidates(futures, recent, moment)
            qualified, outcome = len(ends), "kept: no future has such a loss"
            if qualified:
                best = np.argsort(-ends if self.model.config.mode == "max" else ends)[: self.config.averaged]
                chosen, metric, outcome = schedules[best].mean(axis=0), float(ends[best].mean()), "new schedule"
        if chosen is not None:
            points = np.arange(len(self._schedule))
            later = points > moment
            self._schedule[later] = np.interp(points[later] - moment, np.arange(len(chosen)), chosen)
            self._schedule[math.floor(moment)] = chosen[0]
        else:
            logger.warning("step %d: the current schedule is %s", step, outcome)
        self.decisions.append(
            Decision(step, moment, float(recent.mean()), qualified, metric, self._rate_at(moment), outcome)
        )

    def _futures(
        self, moments: NDArray[np.float64], window: NDArray[np.float64], horizon: float
    ) -> NDArray[np.float64]:
        """Predicted futures from the window's last moment to the horizon, one moment apart, (future, time, feature)."""
        z0 = self.model.encode(moments, window)
        noise = torch.randn(self.config.futures, len(z0), generator=self._generator)
        noise[0] = 0.0
        return self.model.decode(z0 + self.config.spread * z0.abs() * noise, moments[0], ahead(moments[-1], horizon))

    def _candidates(
        self, futures: NDArray[np.float64], recent: NDArray[np.float64], moment: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Log rates from now on, (qualified, time), and the metric at the horizon, (qualified,), of the futures that qualify.

        Each future is stretched or compressed in time to end at the horizon. After the horizon the last rate holds.
        """
        futures = futures[np.isfinite(futures).all(axis=(1, 2))]
        alike = np.abs(futures[..., LOSS] - recent.mean()) <= self.config.tolerance * recent.std()
        futures, alike = futures[alike.any(axis=1)], alike[alike.any(axis=1)]
        rates = np.clip(futures[..., LOG_RATE], self._range[0], self._range[1])
        begin, last = np.where(alike, rates, -np.inf).argmax(axis=1)[:, None], rates.shape[1] - 1
        ahead = np.arange(math.ceil(self._last_moment - moment) + 1)
        share = np.minimum(1.0, ahead / (self.config.horizon * self._last_moment - moment))
        places = begin + share * (last - begin)
        before = np.minimum(places.astype(int), last - 1)
        low, high = (np.take_along_axis(rates, at, axis=1) for at in (before, before + 1))
        return low + (places - before) * (high - low), futures[:, -1, METRIC]


def ahead(moment: float, horizon: float) -> NDArray[np.float64]:
    """Moments from ``moment`` to the horizon, one apart except for the last."""
    return np.append(np.arange(moment, horizon, 1.0), horizon)
