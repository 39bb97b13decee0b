"""What every learning-rate policy offers to a training."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.optim import AdamW, Optimizer, lr_scheduler

from pathlode.core.eager import eager

WEIGHT_DECAY = 0.01
"""Of AdamW, the published value of [C]."""
WARMUP = 0.1
"""Share of the steps in which the rate rises, for the policies that have a warm-up of their own."""


@dataclass(frozen=True)
class Training:
    """What a policy is made for.

    Attributes:
        parameters: to be trained.
        steps: optimiser steps that will be taken.
        seed: of what the policy draws.
    """

    parameters: Sequence[nn.Parameter]
    steps: int
    seed: int = 0


class Policy(ABC):
    """Takes the optimiser steps of one training.

    Attributes:
        optimizer: to be stepped by the training, before :meth:`step`.
        scheduler: of its rate, if it has one of torch's kind.
    """

    optimizer: Optimizer
    scheduler: lr_scheduler.LRScheduler | None = None

    @property
    def decisions(self) -> Sequence[Any]:
        """What it decided so far, for policies that decide as the training goes on."""
        return ()

    @abstractmethod
    def step(self, loss: float, metric: float | None) -> None:
        """Takes note of the loss of an optimiser step just taken, and of the validation metric if it was measured."""

    @property
    def rate(self) -> float:
        """Learning rate of the next optimiser step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def evaluating(self) -> AbstractContextManager[None]:
        """While it lasts, the parameters are those to be evaluated, if these differ from the trained ones."""
        return nullcontext()

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values with which :meth:`load_state_dict` goes on exactly, given the same parameters."""
        own = {"scheduler": self.scheduler.state_dict()} if self.scheduler else {}
        return {"optimizer": self.optimizer.state_dict(), **own}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from :meth:`state_dict` of a policy that was made alike."""
        if self.scheduler:
            self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])


def adamw(training: Training, rate: float) -> AdamW:
    """The AdamW of the policies that have no optimiser of their own, with a rate at first."""
    return eager(AdamW)(training.parameters, lr=rate, weight_decay=WEIGHT_DECAY, fused=True)


class Scheduled(Policy):
    """AdamW with one of torch's schedulers.

    Args:
        training: that it is made for.
        scheduler: made for the optimiser.
        rate: of the optimiser at first.
    """

    def __init__(
        self, training: Training, scheduler: Callable[[Optimizer], lr_scheduler.LRScheduler], rate: float = 1.0
    ) -> None:
        self.optimizer = adamw(training, rate)
        self.scheduler: lr_scheduler.LRScheduler = scheduler(self.optimizer)

    def step(self, loss: float, metric: float | None) -> None:
        self.scheduler.step()
