"""Ways to set the learning rate of a training, all with AdamW or an optimiser derived from it.

A policy is made for a training with a setting: the peak rate of a schedule, or what has been learnt from past runs
(:mod:`pathlode.schedule.learners`).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer, lr_scheduler

WEIGHT_DECAY = 0.01
"""Of AdamW, the published value of [C]."""
_WARMUP = 0.1
"""Share of the steps in which the rate rises, for the policies that have a warm-up of their own."""
DECAY = 0.2
"""Share of the steps in which the rate of warm-up-stable-decay falls."""


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
        self.optimizer = AdamW(training.parameters, lr=rate, weight_decay=WEIGHT_DECAY, fused=True)
        self.scheduler: lr_scheduler.LRScheduler = scheduler(self.optimizer)

    def step(self, loss: float, metric: float | None) -> None:
        self.scheduler.step()


def constant(training: Training, peak: float) -> Policy:
    """The same rate all along."""
    return Scheduled(training, lambda optimizer: lr_scheduler.ConstantLR(optimizer, 1.0), peak)


def cosine(training: Training, peak: float) -> Policy:
    """peak (1 + cos πt) / 2 at the share t of the steps (Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983)."""
    return Scheduled(training, lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, training.steps), peak)


def one_cycle(training: Training, peak: float) -> Policy:
    """Up to the peak in 30 % of the steps and down again (Smith & Topin 2018, https://arxiv.org/abs/1708.07120)."""
    return Scheduled(
        training,
        lambda optimizer: lr_scheduler.OneCycleLR(
            optimizer, peak, total_steps=training.steps + 1, cycle_momentum=False
        ),
        peak,
    )


def step_decay(training: Training, peak: float) -> Policy:
    """Halved at each third of the steps, as in [C]."""
    thirds = [round(training.steps / 3), round(2 * training.steps / 3)]
    return Scheduled(training, lambda optimizer: lr_scheduler.MultiStepLR(optimizer, thirds, gamma=0.5), peak)


def warmup_stable_decay(training: Training, peak: float) -> Policy:
    """Linear warm-up over :data:`_WARMUP`, constant, linear decay over :data:`DECAY` of the steps.

    Source: Hu et al. 2024, MiniCPM (https://arxiv.org/abs/2404.06395).
    """

    def scheduler(optimizer: Optimizer) -> lr_scheduler.LRScheduler:
        warm, falling = math.ceil(_WARMUP * training.steps), math.ceil(DECAY * training.steps)
        return lr_scheduler.LambdaLR(
            optimizer, lambda step: max(0.0, min((step + 1) / (warm + 1), 1.0, (training.steps - step) / falling))
        )

    return Scheduled(training, scheduler, peak)


def replay(training: Training, log_rates: NDArray[np.float64]) -> Policy:
    """Rates whose logarithms are given at equally spaced moments from the first to the last step, linear in between."""
    moments = np.linspace(0.0, training.steps, len(log_rates))
    return Scheduled(
        training,
        lambda optimizer: lr_scheduler.LambdaLR(
            optimizer, lambda step: math.exp(float(np.interp(step + 1, moments, log_rates)))
        ),
    )


class ScheduleFree(Policy):
    """Schedule-free AdamW: averaged iterates in place of a falling rate (Defazio et al. 2024, https://arxiv.org/abs/2405.15682)."""

    def __init__(self, training: Training, peak: float) -> None:
        from schedulefree import AdamWScheduleFree

        warm = math.ceil(_WARMUP * training.steps)
        self._averaging = AdamWScheduleFree(training.parameters, lr=peak, weight_decay=WEIGHT_DECAY, warmup_steps=warm)
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


class Prodigy(Policy):
    """Prodigy, which estimates the rate, under the cosine that its authors advise; the setting multiplies its estimate.

    Source: Mishchenko & Defazio 2024 (https://arxiv.org/abs/2306.06101).
    """

    def __init__(self, training: Training, coefficient: float) -> None:
        import prodigyopt

        with redirect_stdout(None):  # on which it tells that its weight decay is decoupled
            self.optimizer = prodigyopt.Prodigy(
                training.parameters, lr=1.0, d_coef=coefficient, weight_decay=WEIGHT_DECAY, use_bias_correction=True
            )
        self.scheduler: lr_scheduler.LRScheduler = lr_scheduler.CosineAnnealingLR(self.optimizer, training.steps)

    def step(self, loss: float, metric: float | None) -> None:
        self.scheduler.step()

    @property
    def rate(self) -> float:
        group = self.optimizer.param_groups[0]
        return float(group["d"]) * float(group["lr"])


class Hypergradient(Policy):
    """AdamW whose rate descends the loss too: α ← α (1 + β cos(g, u)), with the gradient g and the last step's direction -u.

    If the gradient still points the way that the last step went down, that step was too short.

    Args:
        training: that it is made for.
        initial: the rate at first.

    Source: Baydin et al. 2018 (https://arxiv.org/abs/1703.04782), the multiplicative rule.
    """

    SENSITIVITY = 0.02
    """β."""

    def __init__(self, training: Training, initial: float) -> None:
        self._parameters = list(training.parameters)
        self.optimizer = AdamW(self._parameters, lr=initial, weight_decay=WEIGHT_DECAY, fused=True)
        self.optimizer.register_step_pre_hook(self._adapt)
        self._before: list[Tensor] = []

    def step(self, loss: float, metric: float | None) -> None:
        pass

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | {"before": self._before}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self._before = [values.to(self._parameters[0].device) for values in state["before"]]

    @torch.no_grad()
    def _adapt(self, *_: Any) -> None:
        present = torch.cat([parameter.flatten() for parameter in self._parameters])
        gradient = torch.cat([parameter.grad.flatten() for parameter in self._parameters if parameter.grad is not None])
        if self._before:
            cosine = torch.nn.functional.cosine_similarity(gradient, self._before[0] - present, dim=0)
            for group in self.optimizer.param_groups:
                group["lr"] *= 1 + self.SENSITIVITY * float(cosine)
        self._before = [present]
