"""The negative evidence lower bound of a latent SDE."""

from pathlode.core.shapes import Mask, PerMember
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction, required
from pathlode.training.losses.contract import Loss

RISE = 0.2
"""Share of the training in which the annealing factor rises to 1."""


class PathKullbackLeibler(Loss):
    """λ a KL(q(z0, h) ‖ p(z0, h)), the divergence of the posterior over z0 and paths from their prior, averaged over the batch.

    For λ = σ² and a = 1 the loss is the negative evidence lower bound with the observation noise σ, in standard deviations of
    each feature, times σ², up to a constant. a rises from 0 to 1 in the first fifth of the training, in a straight line: the
    divergence of an untrained posterior is large.

    Source: Li et al. 2020, Scalable gradients for stochastic differential equations (https://arxiv.org/abs/2001.01328).
    """

    needs = frozenset({"training", "posterior", "path_kl"})

    def annealing(self, progress: float) -> float:
        return min(1.0, progress / RISE)

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        if required(prediction.encoding, "encoding").log_std is None:
            raise ConfigError("this loss needs a variational model: build it with ModelConfig(variational=True)")
        return required(prediction.path_kl, "path_kl").mean(dim=1)
