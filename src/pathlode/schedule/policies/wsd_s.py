"""Warm-up, a constant rate, and a decay at the end of each of several budgets."""

import math

from torch.optim import Optimizer, lr_scheduler

from pathlode.schedule.policies.contract import WARMUP, Policy, Scheduled, Training
from pathlode.schedule.policies.warmup_stable_decay import share_of_peak

DECAYED_AT = (0.25, 0.5, 1.0)
"""Ends of the budgets, as shares of the steps; each is twice the one before."""


def wsd_s(training: Training, peak: float) -> Policy:
    """WSD-S: a decay to the end of every budget, and the peak again at once, from the decayed weights on.

    So one training has a result at each of :data:`DECAYED_AT`. Until the first, it is
    :func:`~pathlode.schedule.policies.warmup_stable_decay.warmup_stable_decay` of a training of this length. Later decays take
    the same share of the steps from the start to their budget's end.

    Source: Wen et al. 2024, Understanding warmup-stable-decay learning rates (https://arxiv.org/abs/2410.05192). The decay is
    linear, as in the schedule without budgets.
    """
    ends = [round(share * training.steps) for share in DECAYED_AT]
    warm = math.ceil(WARMUP * ends[0])

    def share(step: int) -> float:
        return share_of_peak(step, next((end for end in ends if step < end), training.steps), warm)

    def scheduler(optimizer: Optimizer) -> lr_scheduler.LRScheduler:
        return lr_scheduler.LambdaLR(optimizer, share)

    return Scheduled(training, scheduler, peak)
