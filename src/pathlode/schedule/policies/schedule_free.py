"""Schedule-free training."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from pathlode.core.eager import eager
from pathlode.schedule.policies.contract import WARMUP, WEIGHT_DECAY, Policy, Training


class ScheduleFree(Policy):
    """Schedule-free AdamW: averaged iterates replace a falling rate.

    Source: Defazio et al. 2024, The road less scheduled (https://arxiv.org/abs/2405.15682).
    """

    def __init__(self, training: Training, peak: float) -> None:
        from schedulefree import AdamWScheduleFree

        warm = math.ceil(WARMUP * training.steps)
        self._averaging = eager(AdamWScheduleFree)(
            training.parameters, lr=peak, weight_decay=WEIGHT_DECAY, warmup_steps=warm
        )
        self._averaging.train()
        self.optimizer = self._averaging

    def step(self, loss: float, metric: float | None) -> None:
        pass

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        self._averaging.eval()
        try:
            yield
        finally:
            self._averaging.train()
