"""A replay of given rates, for example those of the best past run."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.optim import lr_scheduler

from pathlode.schedule.learners import Learner, Past
from pathlode.schedule.policies.contract import Scheduled, Training


class Replay(Scheduled, Learner):
    """Rates given by their logarithms at equally spaced moments from the first to the last step, with linear interpolation.

    Args:
        training: the training.
        log_rates: natural logarithms of the rates, (moment,).

    Source: ours, as a rival.
    """

    def __init__(self, training: Training, log_rates: NDArray[np.float64]) -> None:
        moments = np.linspace(0.0, training.steps, len(log_rates))
        super().__init__(
            training,
            lambda optimizer: lr_scheduler.LambdaLR(
                optimizer, lambda step: math.exp(float(np.interp(step + 1, moments, log_rates)))
            ),
        )

    @staticmethod
    def candidates(past: Past) -> Mapping[str, Any]:
        """The rates of the best run, by its last metric."""
        return {"best run": past.model.rates}
