"""What a scheduler that looks ahead can do without a model: take past runs for the futures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.optim import Optimizer

from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import Runs
from pathlode.schedule.scheduler import LatentODELR, LookAheadConfig, ahead


class NearestRunsLR(LatentODELR):
    """Decides as :class:`pathlode.schedule.scheduler.LatentODELR` does, but among what followed in the most similar past runs.

    Likeness is the mean squared difference from the last window at the same moments, as they were known at its end, every
    feature in its standard deviation.

    Args:
        optimizer: any.
        model: of which only the clock, the window and the best run's rates are used.
        total_steps: optimiser steps that the training will take.
        config: settings; ``futures`` and ``spread`` are not used.
        runs: the past runs.
        neighbours: how many of them are taken.
    """

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

    def state_dict(self) -> dict[str, Any]:
        own = ("_past", "_neighbours", "_scale")
        return {name: value for name, value in super().state_dict().items() if name not in own}

    def _futures(
        self, moments: NDArray[np.float64], window: NDArray[np.float64], horizon: float
    ) -> NDArray[np.float64]:
        shares, later = moments / self._last_moment, ahead(moments[-1], horizon) / self._last_moment
        then = np.stack([run.until(shares[-1]).at(shares) for run in self._past])
        unlike = (((then - window) / self._scale) ** 2).mean(axis=(1, 2))
        return np.stack([self._past[number].at(later) for number in np.argsort(unlike)[: self._neighbours]])
