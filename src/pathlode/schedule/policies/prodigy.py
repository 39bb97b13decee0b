"""Prodigy."""

from contextlib import redirect_stdout

from torch.optim import lr_scheduler

from pathlode.core.eager import eager
from pathlode.schedule.policies.contract import WEIGHT_DECAY, Policy, Training


class Prodigy(Policy):
    """Prodigy, which estimates the rate, with the cosine schedule that its authors advise. The setting multiplies the estimate.

    Source: Mishchenko & Defazio 2024 (https://arxiv.org/abs/2306.06101).
    """

    def __init__(self, training: Training, coefficient: float) -> None:
        import prodigyopt

        with redirect_stdout(None):  # it prints that its weight decay is decoupled
            self.optimizer = eager(prodigyopt.Prodigy)(
                training.parameters, lr=1.0, d_coef=coefficient, weight_decay=WEIGHT_DECAY, use_bias_correction=True
            )
        self.scheduler: lr_scheduler.LRScheduler = lr_scheduler.CosineAnnealingLR(self.optimizer, training.steps)

    def step(self, loss: float, metric: float | None) -> None:
        self.scheduler.step()

    @property
    def rate(self) -> float:
        group = self.optimizer.param_groups[0]
        return float(group["d"]) * float(group["lr"])
