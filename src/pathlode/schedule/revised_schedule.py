"""A schedule of learning rates that is revised during a training, because of what a model of past runs predicts."""

import logging
import math
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.schedule.decisions import Decision, LookAheadConfig, best_schedule, continuations, rate_at
from pathlode.schedule.live_log import LiveLog
from pathlode.schedule.proposals import perturbed_futures
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import FEATURES, LOG_RATE, LOSS
from pathlode.schedule.sharing import decided_once

logger = logging.getLogger(__name__)


class RevisedSchedule:
    """A log with rows as in past runs, and the schedule that is decided from it at regular moments of the model's clock.

    Args:
        model: model fitted to past runs.
        total_steps: optimiser steps of the whole training.
        config: settings.
        shared: whether the processes of ``torch.distributed`` share rank 0's decisions.

    Attributes:
        decisions: all decisions.
    """

    def __init__(self, model: RunModel, total_steps: int, config: LookAheadConfig, shared: bool) -> None:
        self.model, self.total_steps, self.config, self._shared = model, total_steps, config, shared
        self.decisions: list[Decision] = []
        self._last_moment = float(model.config.points - 1)
        self._schedule = model.rates.copy()
        self._range = model.card.ranges["log_lr"]
        self._log = LiveLog(model.card.metric_is_loss)
        self._due = float(model.config.window - 1)
        self._generator = torch.Generator().manual_seed(config.seed)
        self._unlike = False

    def _moment(self, step: int) -> float:
        return self._last_moment * min(1.0, step / self.total_steps)

    def _rate(self, step: int) -> float:
        """The rate after so many optimiser steps."""
        return rate_at(self._schedule, self._moment(step))

    def _take_note(self, step: int, rate: float) -> None:
        """Adds a row with the step's rate to the log, as often as in past runs, and decides if a decision is due."""
        rows, moment = self.model.card.rows, self._moment(step)
        if step * rows // self.total_steps > (step - 1) * rows // self.total_steps:
            self._log.add_row(step / self.total_steps, math.log(rate) if rate > 0 else self._range[0])
            self._notice_values(step)
        if self._due <= moment < self._last_moment:
            self._due = math.floor(moment) + (self.config.every or self.model.config.window)
            self._decide(step, moment)

    def _notice_values(self, step: int) -> None:
        """Says once that the last row's loss or metric is further from those of past runs than these are from each other."""
        for place, value in enumerate(self._log.rows[-1] if self._log.rows and not self._unlike else ()):
            low, high = self.model.card.ranges[FEATURES[place]]
            if place != LOG_RATE and math.isfinite(value) and not 2 * low - high <= value <= 2 * high - low:
                self._unlike = True
                logger.warning(
                    "step %d: the %s is %.4g, but those of past runs lie between %.4g and %.4g; give the same quantity in the "
                    "same unit",
                    step,
                    "loss" if place == LOSS else "metric",
                    value,
                    low,
                    high,
                )
                return

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

    def _stretch(self, before: int, taken: int) -> None:
        """Goes over, after so many steps taken, from a training of ``before`` steps to one of :attr:`total_steps`."""
        last = self._last_moment
        now, then = self._moment(taken), last * min(1.0, taken / before)
        places = np.interp(np.arange(len(self._schedule)), [0.0, now, last], [0.0, then, last])
        rate = rate_at(self._schedule, then)
        self._schedule = np.interp(places, np.arange(len(self._schedule)), self._schedule)
        self._schedule[math.floor(now)] = math.log(rate)
        self._log.stretch(before / self.total_steps)
        self._due = max(self.model.config.window - 1.0, self._due * before / self.total_steps)
