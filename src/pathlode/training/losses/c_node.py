"""C-NODE's penalty on the paths through the network of a field."""

from pathlode.core.connections import path_weights
from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.field_model import field_of
from pathlode.models.prediction import Prediction
from pathlode.training.losses.contract import Loss


class CNode(Loss):
    """λ · mean_ij A_ij, with A_ij the sum over all paths through the field's network from x_j to dx_i/dτ of the products of
    absolute weights: with one network, A is the transposed product of its layers' absolute weight matrices.

    A_ij = 0 means that x_j does not drive x_i. Where the hidden units' slope is at most 1, as that of softplus, A_ij bounds the
    Jacobian's entry, up to the field's scale. The penalty makes weights small, and few of them exactly 0.

    Source: Aliee, Theis & Kilbertus 2021, Beyond predictions in neural ODEs: identification and interventions
    (https://arxiv.org/abs/2106.12430); the mean, not the sum, as in the code of Aliee et al. 2022
    (https://arxiv.org/abs/2210.14672).
    """

    needs = frozenset({"training", "weights"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return path_weights(field_of(model).weights()).mean(dim=(1, 2, 3))
