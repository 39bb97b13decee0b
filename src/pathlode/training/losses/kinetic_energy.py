"""The kinetic energy of the ODE's state."""

import torch

from pathlode.core.masks import held
from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction, required
from pathlode.training.losses.contract import Loss


class KineticEnergy(Loss):
    """λ ∫ ‖dh/dτ‖² dτ over the observed window, by the trapezoidal rule on the observation times.

    Source: Finlay et al. 2020, How to train your neural ODE (https://arxiv.org/abs/2002.02798), its kinetic term.
    """

    needs = frozenset({"training", "field"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        speed = model.velocity(prediction).square().sum(dim=-1)
        times = required(prediction.times, "times")
        if mask is not None:
            speed, times = held(torch.stack([speed, times], dim=-1), mask).unbind(-1)
        return torch.trapezoid(speed, times).mean(dim=1)
