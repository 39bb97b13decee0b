"""The length of the latent path."""

from torch import Tensor

from pathlode.core.paths import path_length, spread
from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction, required
from pathlode.training.losses.contract import Loss


def relative_length(prediction: Prediction, mask: Mask | None = None) -> Tensor:
    """Length of every latent path in units of the standard deviation of z0 over the batch, (member, batch).

    Args:
        prediction: of a model with latent paths.
        mask: where values were observed, as in :meth:`pathlode.training.losses.contract.Loss.penalty`.
    """
    return path_length(required(prediction.path, "path"), spread(required(prediction.z0, "z0")), mask)


class PathLength(Loss):
    """λ Σ_i ‖z_{i+1} - z_i‖_Σ, with Σ the diagonal covariance of z0 over the batch.

    The length does not depend on the scale of the latent space, so shrinking that space does not lower the penalty.

    Source: Sampson & Melchior 2025, the formula of the text (https://arxiv.org/abs/2410.08923).
    """

    needs = frozenset({"training", "path"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return relative_length(prediction, mask).mean(dim=1)
