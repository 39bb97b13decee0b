"""The length of the latent path."""

from torch import Tensor

from pathlode.core.shapes import LatentPath, PerMember
from pathlode.models.contract import Prediction, SequenceModel, required
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


def relative_length(prediction: Prediction) -> Tensor:
    """Length of every latent path in units of the standard deviation of z0 over the batch, (member, batch)."""
    return path_length(required(prediction.path, "path"), spread(required(prediction.z0, "z0")))


class PathLength(Loss):
    """λ Σ_i ‖z_{i+1} - z_i‖_Σ, with Σ the diagonal covariance of z0 over the batch.

    The length is invariant to the scale of the latent space, so that collapsing it gains nothing.
    Source: Sampson & Melchior 2025, the formula of the text (https://arxiv.org/abs/2410.08923).
    """

    needs = frozenset({"training", "path"})

    def penalty(self, model: SequenceModel, prediction: Prediction) -> PerMember:
        return relative_length(prediction).mean(dim=1)
