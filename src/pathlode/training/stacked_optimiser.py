"""Updates of a stack's weights: clipped gradients, and a learning rate for each member."""

import logging
from typing import Any

import torch
from torch import Tensor

from pathlode.core.stacked import member_norms, scale_members
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.training.rates import RATES
from pathlode.training.settings import OPTIMISERS, TrainingConfig
from pathlode.training.validation import BestWeights

logger = logging.getLogger(__name__)

MOST_OVERFLOWS = 20
"""Consecutive steps without a finite gradient after which a member returns to its best weights."""


class StackedOptimiser:
    """One optimiser for all members. Each member's update is the one that it would make alone.

    Args:
        model: the stack; its parameters are changed in place.
        config: settings.
        best: the best weights so far, to which a member without finite gradients returns.

    Raises:
        ConfigError: if there are several learning rates, but not one per member.
    """

    def __init__(self, model: SequenceModel, config: TrainingConfig, best: BestWeights) -> None:
        members = len(model.seeds)
        if len(config.rates) not in (1, members):
            raise ConfigError(
                f"train.learning_rate has {len(config.rates)} rates for {members} members, expected one each"
            )
        self._seeds, self._best, self._clip_norm = model.seeds, best, config.clip_norm
        self._parameters = list(model.parameters())
        highest = max(config.rates)
        self._share = (torch.tensor(config.rates, device=model.mean.device) / highest).repeat(
            members // len(config.rates)
        )
        self._overflows = torch.zeros(members, dtype=torch.long, device=model.mean.device)
        self._optimiser = OPTIMISERS[config.optimiser](self._parameters, lr=highest, betas=tuple(config.betas))
        self._schedule = RATES[config.schedule](self._optimiser, highest, config.steps, config.warmup)

    @property
    def rate(self) -> float:
        """The next step's learning rate, the largest of all members."""
        return float(self._optimiser.param_groups[0]["lr"])

    def zero_grad(self) -> None:
        """Removes the gradients of the last step."""
        self._optimiser.zero_grad(set_to_none=True)

    def clip_gradients(self, step: int) -> None:
        """Scales each member's gradient to the largest allowed norm.

        A gradient through a long integration can overflow. The member then skips the step; after :data:`MOST_OVERFLOWS`
        skipped steps in a row it returns to its best weights by validation.

        Args:
            step: the step's number, for messages.
        """
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        norms = member_norms(gradients)
        overflown = ~norms.isfinite()
        self._overflows = torch.where(overflown, self._overflows + 1, 0)
        factors = torch.where(overflown, 0.0, (self._clip_norm / norms.clamp_min(1e-12)).clamp_max(1.0))
        if overflown.any():
            logger.info("step %d: the gradient of seeds %s overflowed; they skip it", step, self._seeds_of(overflown))
            self._roll_back(self._overflows == MOST_OVERFLOWS, step)
            for gradient in gradients:
                gradient.nan_to_num_(0.0, 0.0, 0.0)
        scale_members(gradients, factors)

    @torch.no_grad()
    def update(self) -> None:
        """One step of the optimiser, at each member's own learning rate: a step is proportional to the rate."""
        slower = bool((self._share < 1).any())
        before = {parameter: parameter.clone() for parameter in self._parameters} if slower else {}
        self._optimiser.step()
        self._schedule.step()
        for parameter, old in before.items():
            parameter.copy_(old.lerp(parameter, self._share.view(-1, *[1] * (old.ndim - 1))))

    def recover(self, lost: Tensor, step: int) -> None:
        """Members whose training has broken off go back to their best weights, and on at half their learning rate.

        Args:
            lost: which members, (member,).
            step: the step's number, for messages.
        """
        self._roll_back(lost, step)
        self._share = torch.where(lost, self._share / 2, self._share)

    def _roll_back(self, stuck: Tensor, step: int) -> None:
        """Restores the members' best weights."""
        if stuck.any():
            logger.warning("step %d: seeds %s go back to their best weights", step, self._seeds_of(stuck))
            self._overflows = torch.where(stuck, 0, self._overflows)
            self._best.restore(stuck)

    def _seeds_of(self, members: Tensor) -> list[int]:
        return [seed for seed, chosen in zip(self._seeds, members.tolist(), strict=True) if chosen]

    def state_dict(self) -> dict[str, Any]:
        """Overflows, members' rates, and the states of the optimiser and its schedule, as tensors, numbers and strings."""
        return {
            "overflows": self._overflows,
            "share": self._share,
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict`."""
        self._overflows = state["overflows"].to(self._overflows.device)
        self._share = state["share"].to(self._share.device)
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
