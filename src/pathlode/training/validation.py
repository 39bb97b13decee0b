"""Validation of a stack: each member's error, and its best weights by that error."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pathlode.core.context import Context, as_argument
from pathlode.core.masks import observed
from pathlode.core.shapes import Mask, PerMember, Times, Values
from pathlode.core.solve import FixedStep
from pathlode.models.contract import SequenceModel
from pathlode.training.losses.contract import squared_error

MOST_INACCURATE = 0.1
"""Largest share of a stack's members whose solver error may exceed ``solver_error_share`` before that counts. In a large stack
some member does so at some time."""


@dataclass(frozen=True)
class Validation:
    """One row of the training history.

    Attributes:
        step: optimiser steps taken.
        seconds: time spent in optimiser steps so far, for the whole stack. On the CPU it is the process's CPU time over all
            threads, which hardly depends on other load on the machine; on another device it is elapsed time.
        train_loss: mean loss since the last validation, per member.
        mse: mean squared error on the validation observations in the model's units, per member; all observed values of all
            trajectories have the same weight.
        solver_share: estimated solver error as a share of that mean squared error, per member.
        solver_steps: solver steps per trajectory.
    """

    step: int
    seconds: float
    train_loss: PerMember
    mse: PerMember
    solver_share: PerMember
    solver_steps: int

    def inaccurate(self, allowed: float) -> bool:
        """Whether the solver causes a larger share of the error than allowed in too many members."""
        share = self.solver_share.nan_to_num(0.0)
        return bool((share > allowed).float().mean() > MOST_INACCURATE)


@torch.no_grad()
def validation_errors(
    model: SequenceModel,
    seen: tuple[Times, Values],
    times: Times,
    values: Values,
    solver: FixedStep,
    context: Context | None = None,
) -> tuple[PerMember, PerMember]:
    """Mean squared error in the model's units, and the estimated solver error as a share of it; 0 for a model without a solver.

    Args:
        model: the stack.
        seen: times and values that the encoder sees.
        times: times of the observations, (batch, time) or (member, batch, time).
        values: the observations.
        solver: solver of the prediction.
        context: what is known besides the observations.
    """
    prediction = model(*seen, times, solver=solver, estimate_error=True, check=False, **as_argument(context))
    mask = observed(values)
    mse = _mean(squared_error(prediction.values, values, model.std, mask), mask).float()
    share = torch.zeros_like(mse)
    if prediction.values_error is not None:
        wrong = squared_error(prediction.values_error, torch.zeros_like(values), model.std, mask)
        share = _mean(wrong, mask).to(mse) / mse
    return mse, share


class BestWeights:
    """Each member's weights with the lowest validation error so far, and its initial weights until it has one.

    Args:
        model: the stack.

    Attributes:
        mse: that validation error, per member.
        weights: parameters by name.
    """

    def __init__(self, model: SequenceModel) -> None:
        self._model = model
        self.mse = torch.full((len(model.seeds),), math.inf, device=model.mean.device)
        self.weights = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}

    @torch.no_grad()
    def keep(self, mse: PerMember) -> None:
        """Keeps the present weights of the members whose validation error is now lower."""
        improved = mse < self.mse
        self.mse = torch.where(improved, mse, self.mse)
        for name, parameter in self._model.named_parameters():
            better = improved.view(-1, *[1] * (parameter.ndim - 1))
            self.weights[name] = torch.where(better, parameter, self.weights[name])

    def forget_errors(self) -> None:
        """Lets the next validation of each member replace its weights, whatever its error."""
        self.mse = torch.full_like(self.mse, math.inf)

    @torch.no_grad()
    def restore(self, members: Tensor) -> None:
        """Gives the model the weights of these members, (member,)."""
        for name, parameter in self._model.named_parameters():
            parameter[members] = self.weights[name][members]

    def state_dict(self) -> dict[str, Any]:
        """The errors and weights, as tensors."""
        return {"mse": self.mse, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from :meth:`state_dict`."""
        self.mse = state["mse"].to(self.mse.device)
        self.weights = {name: weights.to(self.mse.device) for name, weights in state["weights"].items()}


def _mean(errors: Values, mask: Mask | None) -> PerMember:
    """Mean over the observed values of all trajectories."""
    if mask is None:
        return errors.mean(dim=(1, 2, 3))
    return errors.sum(dim=(1, 2, 3)) / mask.sum(dim=(-3, -2, -1))
