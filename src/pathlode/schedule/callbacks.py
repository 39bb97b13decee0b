"""What callbacks of trainers share: they find the scheduler, and report to it and to the logs."""

import logging
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pathlode.errors import ConfigError
from pathlode.schedule.decisions import Decision
from pathlode.schedule.scheduler import LatentODELR

logger = logging.getLogger(__name__)


class Watched:
    """The scheduler of a trainer that has just begun or resumed a training.

    Args:
        schedulers: the trainer's schedulers; inside others, such as ``SequentialLR``, the scheduler is found as well.
        metric: name of the metric; None if the past runs logged a loss only.
        steps: optimiser steps of the training. If the scheduler was made for another number, the log says so.

    Raises:
        ConfigError: if there is not one :class:`pathlode.schedule.scheduler.LatentODELR`, or no metric and the past runs have
            one.
    """

    def __init__(self, schedulers: Iterable[Any], metric: str | None, steps: float) -> None:
        found = [each for outer in schedulers for each in _inside(outer) if isinstance(each, LatentODELR)]
        if len(found) != 1:
            raise ConfigError(f"the trainer has {len(found)} schedulers of the class LatentODELR, expected one")
        (self.scheduler,) = found
        self.metric = metric
        self._told = len(self.scheduler.decisions)
        if metric is None and not self.scheduler.model.card.metric_is_loss:
            raise ConfigError("metric is None, but the past runs have a metric: give the name under which it is logged")
        if self.scheduler.total_steps != steps:
            logger.warning(
                "the training has %g optimiser steps, but its scheduler, which looks ahead to the last, has total_steps=%d",
                steps,
                self.scheduler.total_steps,
            )

    def measured(self, metrics: Mapping[str, Any]) -> None:
        """Reports the metric to the scheduler.

        Raises:
            ConfigError: if it is not among those that were measured.
        """
        self.expect(metrics)
        if self.metric is not None:
            self.scheduler.record(metric=metrics[self.metric])

    def expect(self, names: Collection[str]) -> None:
        """Refuses a metric that is not among the names of all that was measured.

        Raises:
            ConfigError: if it is not.
        """
        if self.metric is not None and self.metric not in names:
            raise ConfigError(f"metric is {self.metric}, expected one of {', '.join(sorted(names)) or 'none'}")

    def news(self) -> Iterator[dict[str, float]]:
        """The decisions since the last call, as values for a log."""
        news, self._told = self.scheduler.decisions[self._told :], len(self.scheduler.decisions)
        for decision in news:
            logger.info("step %d: %s, rate %.3g", decision.step, decision.outcome, decision.rate)
            yield _values(decision)


def _values(decision: Decision) -> dict[str, float]:
    values = {"rate": decision.rate, "qualified": float(decision.qualified), "metric": decision.metric}
    return {f"look_ahead/{name}": value for name, value in values.items() if math.isfinite(value)}


def _inside(scheduler: Any) -> Iterator[Any]:
    """A scheduler and those inside it, in ``SequentialLR``, ``ChainedScheduler`` or accelerate's wrapper."""
    yield scheduler
    for inner in (*getattr(scheduler, "_schedulers", ()), *filter(None, [getattr(scheduler, "scheduler", None)])):
        yield from _inside(inner)
