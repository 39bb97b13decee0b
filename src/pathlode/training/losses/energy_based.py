"""Maximum likelihood of a model with an energy-based prior, by samples."""

from pathlode.core.shapes import Mask, PerMember
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction
from pathlode.training.losses.contract import Loss


class EnergyBased(Loss):
    """½ Σ_i ‖x_i - x̂_i(z⁺)‖² plus the mean contrast that :class:`pathlode.models.latent_ebm.LatentEBM` has.

    With the reconstruction from a sample z⁺ of the posterior, its gradient is that of the negative logarithm of the likelihood:
    -E_posterior ∇ log p(x | z), times σ², in decoder and field, and E_prior ∇f - E_posterior ∇f in the prior. Each parameter
    has a gradient from the reconstruction or from one term of the contrast, never from two. An optimiser that scales each
    gradient by its size therefore takes the same steps for any weight above 0, so there is none to tune.

    Source: Pang et al. 2020, Learning latent space energy-based prior model (https://arxiv.org/abs/2006.08205).
    """

    needs = frozenset({"training", "posterior", "energy"})
    penalised = False

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        if prediction.contrast is None:
            raise ConfigError(
                "this loss compares samples, but the prediction has none: give the model draws, "
                "noise=torch.randn(member, batch, model.draws(steps))"
            )
        return prediction.contrast.mean(dim=1)
