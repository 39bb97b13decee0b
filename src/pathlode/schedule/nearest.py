"""A scheduler that looks ahead without a model: past runs replace the predicted futures."""

import numpy as np
from numpy.typing import NDArray
from torch.optim import Optimizer

from pathlode.schedule.decisions import LookAheadConfig, predicted_moments
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import Runs
from pathlode.schedule.scheduler import LatentODELR


class NearestRunsLR(LatentODELR):
    """Decides like :class:`pathlode.schedule.scheduler.LatentODELR`, with the continuations of similar past runs as futures.

    The distance of a past run is its mean squared difference from the last window at the same moments, with values as known at
    the window's end and every feature in units of its standard deviation.

    Args:
        optimizer: any optimiser.
        model: only its clock, its window and the best run's rates are used.
        total_steps: optimiser steps of the whole training.
        config: settings; ``futures`` and ``spread`` are not used.
        runs: the past runs.
        neighbours: number of nearest past runs.
    """

    _settings = (*LatentODELR._settings, "_past", "_neighbours", "_scale")

    def __init__(
        self,
        optimizer: Optimizer,
        model: RunModel,
        total_steps: int,
        config: LookAheadConfig | None = None,
        *,
        runs: Runs,
        neighbours: int = 5,
    ) -> None:
        self._past, self._neighbours = runs.trajectories, neighbours
        self._scale = runs.on_clock(model.config.points).std(axis=(0, 1))
        super().__init__(optimizer, model, total_steps, config)

    def _futures(
        self, moments: NDArray[np.float64], window: NDArray[np.float64], horizon: float
    ) -> NDArray[np.float64]:
        shares = moments / self._last_moment
        later = predicted_moments(moments, horizon, self.config) / self._last_moment
        then = np.stack([run.until(shares[-1]).at(shares) for run in self._past])
        unlike = (((then - window) / self._scale) ** 2).mean(axis=(1, 2))
        return np.stack([self._past[number].at(later) for number in np.argsort(unlike)[: self._neighbours]])
