"""PathReg: a penalty on the open paths through a field with gates."""

from pathlode.core.connections import path_weights
from pathlode.core.fields.gated import GatedField
from pathlode.core.shapes import Mask, PerMember
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.field_model import field_of
from pathlode.models.prediction import Prediction
from pathlode.training.losses.contract import Loss

GATES_SHARE = 0.1
"""Weight of the gates' term beside the weights' term."""


class PathReg(Loss):
    """λ · mean_ij (A_ij + 0.1 G_ij): A_ij as in :class:`pathlode.training.losses.c_node.CNode`, and G_ij the expected number of
    open paths through the network from x_j to dx_i/dτ, if gates open independently.

    A path is open if the gates of all layer inputs on it are, each with its probability P(z > 0), see
    :class:`pathlode.core.fields.gated.GatedField`. The gates are on inputs of layers, so a closed gate of x_j cuts all edges
    from j at once: the penalty chooses quantities, not single edges.

    Source: Aliee et al. 2022, Sparsity in continuous-depth neural networks (https://arxiv.org/abs/2210.14672). Its code
    multiplies samples of the gates in place of their probabilities; factor and mean are those of its code.
    """

    needs = frozenset({"training", "weights", "gates"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        field = field_of(model)
        if not isinstance(field, GatedField):
            raise ConfigError(
                f"PathReg needs a field with gates, which {type(field).__name__} does not have: choose the field gated"
            )
        weights = field.weights()
        gates = [
            probability.mT[:, None].expand_as(weight)
            for probability, weight in zip(field.open_probabilities(), weights, strict=True)
        ]
        return (path_weights(weights) + GATES_SHARE * path_weights(gates)).mean(dim=(1, 2, 3))
