"""The penalty of the authors' published code."""

from pathlode.core.paths import SPREAD_FLOOR
from pathlode.core.shapes import PerMember
from pathlode.models.contract import Prediction, SequenceModel, required
from pathlode.training.losses.contract import Loss


class Displacement(Loss):
    """The penalty of the authors' published code, as written there, for parity:

    λ / ‖s‖ · Σ_i √|(z_{i+1} - z_i)ᵀ diag(s)⁻¹ (z_T - z_1)|,   s = E(MLP(std(z0))), std(z0) held constant.

    It multiplies every increment by the sum of all increments, so it measures the net displacement, not the length: a closed
    path costs nothing. As in the authors' code, s may be negative and has no lower bound. We added a tiny number under the
    root to keep its gradient finite.
    """

    needs = frozenset({"training", "path"})

    def penalty(self, model: SequenceModel, prediction: Prediction) -> PerMember:
        deviation = required(prediction.z0, "z0").detach().std(dim=1, keepdim=True)
        scale = model.latent_at_start(deviation)
        increments = required(prediction.path, "path").diff(dim=2)
        net = increments.sum(dim=2, keepdim=True)
        products = (increments * net / scale[:, :, None]).sum(dim=-1).abs()
        roots = products.clamp_min(SPREAD_FLOOR**2).sqrt().sum(dim=-1)
        return roots.mean(dim=1) / scale.flatten(1).norm(dim=1)
