"""The length of the latent path."""

from torch import Tensor

from pathlode.core.shapes import LatentPath, PerMember
from pathlode.models.latent_ode import LatentODE, Prediction
from pathlode.training.losses.contract import SPREAD_FLOOR, Loss, spread


def path_length(path: LatentPath, scale: Tensor | float = 1.0) -> Tensor:
    """Length Σ_i ‖(z_{i+1} - z_i) / scale‖ of every latent path, (member, batch).

    Args:
        path: z along the times, (member, batch, time, latent).
        scale: standard deviations (member, 1, latent), for the Mahalanobis length with a diagonal covariance.
    """
    if isinstance(scale, Tensor):
        path = path / scale[:, :, None]
    return path.diff(dim=2).square().sum(dim=-1).clamp_min(SPREAD_FLOOR**2).sqrt().sum(dim=-1)


class PathLength(Loss):
    """λ Σ_i ‖z_{i+1} - z_i‖_Σ, with Σ the diagonal covariance of z0 over the batch.

    The length is invariant to the scale of the latent space, so that collapsing it gains nothing.
    Source: Sampson & Melchior 2025, the formula of the text (https://arxiv.org/abs/2410.08923).
    """

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        return path_length(prediction.path, spread(prediction.z0)).mean(dim=1)
