"""The kinetic energy of the ODE's state."""

import torch

from pathlode.core.shapes import PerMember
from pathlode.models.latent_ode import LatentODE, Prediction
from pathlode.training.losses.contract import Loss


class KineticEnergy(Loss):
    """λ ∫ ‖dh/dτ‖² dτ over the observed window, by the trapezoidal rule on the observation times.

    Source: Finlay et al. 2020, How to train your neural ODE (https://arxiv.org/abs/2002.02798), its kinetic term.
    """

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        states = prediction.states
        speed = model.field(states.flatten(1, 2)).square().sum(dim=-1).view(states.shape[:-1])
        return torch.trapezoid(speed, prediction.times).mean(dim=1)
