"""The group lasso on the first layer of a field's network."""

from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.field_model import field_of
from pathlode.models.prediction import Prediction
from pathlode.training.losses.contract import Loss


class GroupLasso(Loss):
    """λ Σ_i Σ_j ‖w_ij‖, with w_ij all weights of the first layer by which x_j enters the network of dx_i/dτ.

    A group shrinks as a whole, and with it the edge from j to i. That takes a network for each component, as the field
    ``componentwise`` has. With one network for all components there is one group for each j, and no single edge can go.

    Source: Bellot, Branson & van der Schaar 2022, Neural graphical modelling in continuous-time
    (https://arxiv.org/abs/2105.02522): its penalty without the adaptive weights of the groups. The gradient steps here bring
    norms close to 0; its proximal steps bring them to 0.
    """

    needs = frozenset({"training", "weights"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return field_of(model).weights()[0].norm(dim=-1).sum(dim=(1, 2))
