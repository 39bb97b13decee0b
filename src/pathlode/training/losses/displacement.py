"""The penalty of the authors' published code."""

from pathlode.core.masks import held
from pathlode.core.paths import SPREAD_FLOOR, deviation
from pathlode.core.shapes import Mask, PerMember
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction, required
from pathlode.training.losses.contract import Loss


class Displacement(Loss):
    """λ / ‖s‖ · Σ_i √|(z_{i+1} - z_i)ᵀ diag(s)⁻¹ (z_T - z_1)| with s = E(MLP(std(z0))), std(z0) held constant.

    It is the penalty of the authors' published code, as written there, for parity. It multiplies every increment by the sum of
    all increments, so it measures the net displacement, not the length: a closed path costs nothing. As in the authors' code, s
    may be negative and has no lower bound. We added a tiny number under the root to keep its gradient finite.

    Source: Sampson & Melchior 2025, reference code (https://arxiv.org/abs/2410.08923).
    """

    needs = frozenset({"training", "path"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        scale = model.latent_at_start(deviation(required(prediction.z0, "z0").detach()))
        path = required(prediction.path, "path")
        increments = (path if mask is None else held(path, mask)).diff(dim=2)
        net = increments.sum(dim=2, keepdim=True)
        products = (increments * net / scale[:, :, None]).sum(dim=-1).abs()
        roots = products.clamp_min(SPREAD_FLOOR**2).sqrt()
        if mask is not None:
            roots = roots.where(mask.any(dim=-1)[..., 1:], 0.0)
        return roots.sum(dim=-1).mean(dim=1) / scale.flatten(1).norm(dim=1)
