"""Path length and variational penalty together."""

from pathlode.core.shapes import PerMember
from pathlode.models.latent_ode import LatentODE, Prediction
from pathlode.training.losses.contract import spread
from pathlode.training.losses.kullback_leibler import KullbackLeibler
from pathlode.training.losses.path_length import path_length


class PathLengthAndKullbackLeibler(KullbackLeibler):
    """λ (path length + KL): the authors' earlier ``mahalanobis`` variant, with the true length."""

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        return super().penalty(model, prediction) + path_length(prediction.path, spread(prediction.z0)).mean(dim=1)
