"""No penalty."""

from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction
from pathlode.training.losses.contract import Loss, no_penalty


class Reconstruction(Loss):
    """½ Σ_i ‖x_i - x̂_i‖² alone: a deterministic autoencoder, the reference for every penalty.

    Source: ours.
    """

    penalised = False

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return no_penalty(prediction)
