"""The interface of learning-rate policies."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.optim import AdamW, Optimizer, lr_scheduler

from pathlode.core.eager import eager

WEIGHT_DECAY = 0.01
"""Weight decay of AdamW, the published value of [C]."""
WARMUP = 0.1
"""Share of the steps in which the rate rises, for policies with a warm-up."""


@dataclass(frozen=True)
class Training:
    """The training that a policy is made for.

    Attributes:
        parameters: the parameters to train.
        steps: optimiser steps of the whole training.
        seed: seed of the policy's random draws.
    """

    parameters: Sequence[nn.Parameter]
    steps: int
    seed: int = 0


class Policy(ABC):
    """The optimiser of one training, and its learning rate.

    Attributes:
        optimizer: the optimiser; the training steps it before it calls :meth:`step`.
        scheduler: PyTorch scheduler of its rate, if it has one.
    """

    optimizer: Optimizer
    scheduler: lr_scheduler.LRScheduler | None = None

    @property
    def decisions(self) -> Sequence[Any]:
        """The decisions so far, for policies that decide during training."""
        return ()

    @abstractmethod
    def step(self, loss: float, metric: float | None) -> None:
        """Records the loss of the last optimiser step, and the validation metric if it was measured."""

    @property
    def rate(self) -> float:
        """Learning rate of the next optimiser step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def evaluating(self) -> AbstractContextManager[None]:
        """Context in which the parameters hold the values to evaluate, if these differ from the trained values."""
        return nullcontext()

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values from which :meth:`load_state_dict` continues exactly, given the same parameters."""
        own = {"scheduler": self.scheduler.state_dict()} if self.scheduler else {}
        return {"optimizer": self.optimizer.state_dict(), **own}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict` of a policy with the same training and setting."""
        if self.scheduler:
            self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])


def adamw(training: Training, rate: float) -> AdamW:
    """The AdamW of policies without an optimiser of their own, with this initial rate."""
    return eager(AdamW)(training.parameters, lr=rate, weight_decay=WEIGHT_DECAY, fused=True)


class Scheduled(Policy):
    """AdamW with a PyTorch scheduler.

    Args:
        training: the training.
        scheduler: makes the scheduler for the optimiser.
        rate: initial rate of the optimiser.
    """

    def __init__(
        self, training: Training, scheduler: Callable[[Optimizer], lr_scheduler.LRScheduler], rate: float = 1.0
    ) -> None:
        self.optimizer = adamw(training, rate)
        self.scheduler: lr_scheduler.LRScheduler = scheduler(self.optimizer)

    def step(self, loss: float, metric: float | None) -> None:
        self.scheduler.step()
