"""Warm-up, a constant rate, and a decay at the end."""

import math

from torch.optim import Optimizer, lr_scheduler

from pathlode.schedule.policies.contract import WARMUP, Policy, Scheduled, Training

DECAY = 0.2
"""Share of the steps in which the rate falls."""


def warmup_stable_decay(training: Training, peak: float) -> Policy:
    """Linear warm-up, constant, linear decay.

    The warm-up takes :data:`~pathlode.schedule.policies.contract.WARMUP` of the steps, the decay :data:`DECAY`.

    Source: Hu et al. 2024, MiniCPM (https://arxiv.org/abs/2404.06395).
    """

    def scheduler(optimizer: Optimizer) -> lr_scheduler.LRScheduler:
        warm = math.ceil(WARMUP * training.steps)
        return lr_scheduler.LambdaLR(optimizer, lambda step: share_of_peak(step, training.steps, warm))

    return Scheduled(training, scheduler, peak)


def share_of_peak(step: int, end: int, warm: int) -> float:
    """The rate after so many steps, over the peak, with ``warm`` steps of warm-up and a decay that ends at the step ``end``."""
    return max(0.0, min((step + 1) / (warm + 1), 1.0, (end - step) / math.ceil(DECAY * end)))
