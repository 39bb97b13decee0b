"""The variational penalty with the observation noise and annealing of the first latent ODE."""

from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction, required
from pathlode.training.losses.kullback_leibler import KullbackLeibler, divergence

ANNEALED_NOISE = 0.01
"""σ, the standard deviation of the observation noise, in units of each feature's standard deviation over the training data."""
EPOCHS = 300
"""Epochs of the published training, over which the annealing is defined."""
WAIT = 10
"""Epochs without the penalty."""
ANNEALING_DECAY = 0.99
"""Factor by which an epoch shrinks the distance of the annealing factor from 1."""


class AnnealedKullbackLeibler(KullbackLeibler):
    """λ a σ² (T D / d) KL(N(μ, σ_z²) ‖ N(0, 1)), with σ = 0.01 and a = 1 - 0.99^(e - 10) from epoch e = 10 on, before it a = 0.

    For λ = 1 the loss is the published one times T D σ², up to a constant. The published loss is the mean of (x - x̂)² / 2σ²
    over a trajectory's T times and D features, plus a times the mean of the divergence over the d latent dimensions. Its
    training has 300 epochs. Ours counts e = 300 p at a share p of its steps, so a ends at 0.95 however long the training is.
    There, σ is in the data's unit; here, in standard deviations of each feature. Here one sample of z0 is drawn for each
    trajectory, there three. If values are missing, T D is the number of a trajectory's observed values.

    Source: Rubanova et al. 2019 (https://arxiv.org/abs/1907.03907) and its code (https://github.com/YuliaRubanova/latent_ode).
    """

    def annealing(self, progress: float) -> float:
        return 1 - ANNEALING_DECAY ** max(0.0, EPOCHS * progress - WAIT)

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        latent = required(prediction.z0, "z0").shape[-1]
        if mask is None:
            compared = prediction.values.shape[2:].numel()
            return ANNEALED_NOISE**2 * compared / latent * super().penalty(model, prediction)
        return (ANNEALED_NOISE**2 / latent * mask.sum(dim=(2, 3)) * divergence(prediction)).mean(dim=1)
