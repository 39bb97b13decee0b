"""A schedule that is planned before the training, through a model of past runs."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.errors import ConfigError, DataError, is_count
from pathlode.schedule.learners import Past
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.planning.modes import QuadraticModes
from pathlode.schedule.planning.planner import plan
from pathlode.schedule.policies.replay import Replay
from pathlode.schedule.runs import LOG_RATE, METRIC, Runs

LEAST_ERROR = 1e-3
"""Error of a run that makes none, as the model needs its logarithm."""


class Plan(Replay):
    """The rates for which a noisy quadratic, fitted to past runs, predicts the least error at the end.

    Source: ours.
    """

    @staticmethod
    def candidates(past: Past) -> Mapping[str, Any]:
        """The plan of one schedule."""
        return {"planned": planned_rates(past.runs, past.model.config.points, past.model.config.mode, past.seed)}


def planned_rates(runs: Runs, points: int, mode: Literal["max", "min"], seed: int) -> NDArray[np.float64]:
    """Log rates of the planned schedule, (point,), for :class:`pathlode.schedule.policies.replay.Replay`.

    A run's rates and errors are taken at equally spaced moments, between which the rate counts as constant. The error is the
    metric, or 1 - metric if a good one is large.

    Args:
        runs: past runs.
        points: moments of a run, its first among them.
        mode: whether a good metric is large or small.
        seed: seed of the differences between the models of the ensemble.

    Raises:
        ConfigError: if there are fewer than two points, or the mode is another word.
        DataError: if a metric is below 0, or above 1 although a good one is large.
    """
    if not is_count(points) or points < 2 or mode not in ("max", "min"):
        raise ConfigError(f"points is {points} and mode {mode}, expected a whole number of at least 2, and max or min")
    values = torch.from_numpy(runs.on_clock(points)[:, 1:])
    metrics = values[..., METRIC]
    if not ((metrics >= 0) & ((metrics <= 1) | (mode == "min"))).all():
        raise DataError(
            f"{runs.name}: val_metric goes from {float(metrics.min()):.4g} to {float(metrics.max()):.4g}, but a plan needs "
            f"{'an error of at least 0' if mode == 'min' else 'a share of at most 1'}; give another metric, or scale it"
        )
    errors = metrics if mode == "min" else 1 - metrics
    past = RatedRuns(values[None, ..., LOG_RATE].exp(), errors[None].clamp(min=LEAST_ERROR))
    model = QuadraticModes(past, seed=seed)
    model.fit(past)
    later = plan(model, past).rates[0].log().numpy()
    return np.append(later[:1], later)
