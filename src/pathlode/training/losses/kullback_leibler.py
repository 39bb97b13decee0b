"""The variational penalty."""

from torch import Tensor

from pathlode.core.shapes import Latent, Mask, PerMember
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction, required
from pathlode.training.losses.contract import Loss


def kl_to_standard_normal(mean: Latent, log_std: Latent) -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (μ² + σ² - 1 - ln σ²), summed over the latent dimensions, (member, batch)."""
    return 0.5 * (mean.square() + (2 * log_std).exp() - 1 - 2 * log_std).sum(dim=-1)


def divergence(prediction: Prediction) -> Tensor:
    """:func:`kl_to_standard_normal` of every trajectory's z0, (member, batch).

    Raises:
        ConfigError: if the model emits no standard deviation.
    """
    encoding = required(prediction.encoding, "encoding")
    if encoding.log_std is None:
        raise ConfigError("this loss needs a variational model: build it with ModelConfig(variational=True)")
    return kl_to_standard_normal(encoding.z0, encoding.log_std)


class KullbackLeibler(Loss):
    """λ KL(N(μ, σ²) ‖ N(0, 1)), the evidence lower bound for λ = 1 and unit observation noise.

    Source: Rubanova et al. 2019 (https://arxiv.org/abs/1907.03907).
    """

    needs = frozenset({"training", "posterior"})

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return divergence(prediction).mean(dim=1)
