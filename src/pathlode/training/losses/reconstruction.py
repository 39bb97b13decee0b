"""No penalty."""

import torch

from pathlode.core.shapes import PerMember
from pathlode.models.latent_ode import LatentODE, Prediction
from pathlode.training.losses.contract import Loss


class Reconstruction(Loss):
    """No penalty: a deterministic autoencoder, the reference that every penalty has to beat."""

    penalised = False

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        return torch.zeros_like(prediction.z0[:, 0, 0])
