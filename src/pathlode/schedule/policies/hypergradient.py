"""Hypergradient descent."""

from typing import Any

import torch
from torch import Tensor

from pathlode.schedule.policies.contract import Policy, Training, adamw


class Hypergradient(Policy):
    """AdamW whose rate also descends the loss: α ← α (1 + β cos(g, u)), with the gradient g and the last step's direction -u.

    If the loss still falls in the direction of the last step, that step was too short.

    Args:
        training: the training.
        initial: initial rate.

    Source: Baydin et al. 2018 (https://arxiv.org/abs/1703.04782), the multiplicative rule.
    """

    SENSITIVITY = 0.02
    """β."""

    def __init__(self, training: Training, initial: float) -> None:
        self._parameters = list(training.parameters)
        self.optimizer = adamw(training, initial)
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
