"""What a scheduler that looks ahead can do without a model: take past runs for the futures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.optim import Optimizer

from pathlode.schedule.model import RunModel, at_moments
from pathlode.schedule.runs import Runs
from pathlode.schedule.scheduler import LatentODELR, LookAheadConfig


class NearestRunsLR(LatentODELR):
    """Decides as :class:`pathlode.schedule.scheduler.LatentODELR` does, but among what followed in the most similar past runs.

    Likeness is the mean squared difference from the last window at the same moments, every feature in its standard deviation.

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
        self._past = runs.on_clock(model.config.points)
        self._neighbours = neighbours
        super().__init__(optimizer, model, total_steps, config)

    def state_dict(self) -> dict[str, Any]:
        return {name: value for name, value in super().state_dict().items() if name not in ("_past", "_neighbours")}

    def _futures(self, window: NDArray[np.float64], horizon: float) -> NDArray[np.float64]:
        then = at_moments(self._past, np.array(self._moments))
        unlike = (((then - window) / self._past.std(axis=(0, 1))) ** 2).mean(axis=(1, 2))
        return at_moments(self._past[np.argsort(unlike)[: self._neighbours]], self._ahead(horizon))
