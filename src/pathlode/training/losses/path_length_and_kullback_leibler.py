"""Path length and variational penalty together."""

from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction
from pathlode.training.losses.kullback_leibler import KullbackLeibler
from pathlode.training.losses.path_length import relative_length


class PathLengthAndKullbackLeibler(KullbackLeibler):
    """λ (Σ_i ‖z_{i+1} - z_i‖_Σ + KL(N(μ, σ²) ‖ N(0, 1))): the authors' earlier ``mahalanobis`` variant, with the true length.

    Source: Sampson & Melchior 2025, reference code (https://arxiv.org/abs/2410.08923).
    """

    needs = frozenset({"training", "path", "posterior"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return super().penalty(model, prediction, mask) + relative_length(prediction, mask).mean(dim=1)
