"""A schedule that is planned before the training, through a model of past runs."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

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
    """
    values = torch.from_numpy(runs.on_clock(points)[:, 1:])
    errors = values[..., METRIC] if mode == "min" else 1 - values[..., METRIC]
    past = RatedRuns(values[None, ..., LOG_RATE].exp(), errors[None].clamp(min=LEAST_ERROR))
    model = QuadraticModes(past, seed=seed)
    model.fit(past)
    later = plan(model, past).rates[0].log().numpy()
    return np.append(later[:1], later)
