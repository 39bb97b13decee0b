"""Training losses. Each is one class here and one line in :data:`pathlode.registry.LOSSES`.

All share the reconstruction ½ Σ_i ‖x_i - x̂_i‖² of a trajectory in the model's units, averaged over the batch, and return
one number a stacked member, so that the members' gradients stay apart.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.errors import ConfigError
from pathlode.model import LatentODE, Prediction
from pathlode.shapes import Latent, LatentPath, PerMember, Times, Values

SPREAD_FLOOR = 1e-6
"""Least spread of the latent vectors, and of a squared length: keeps quotients and roots differentiable."""


@dataclass(frozen=True)
class Loss(ABC):
    """Reconstruction plus weight · penalty.

    Args:
        weight: λ, the penalty's weight, at least 0; or one a member, (member,).
    """

    weight: float | PerMember = 1.0
    variational: ClassVar[bool] = False
    """Whether the loss needs a model that emits mean and log standard deviation."""
    penalised: ClassVar[bool] = True
    """Whether ``weight`` has an effect."""
    random_times: ClassVar[bool] = False
    """Whether training reads the prediction out at :meth:`random_query` instead of the observation times."""

    def __post_init__(self) -> None:
        if not (torch.as_tensor(self.weight) >= 0).all():
            raise ConfigError(f"loss weight is {self.weight}, expected a number of at least 0")

    def __call__(self, model: LatentODE, prediction: Prediction, values: Values) -> PerMember:
        """The loss of each member, (member,), for observed values (member, batch, time, feature)."""
        return reconstruction(prediction.values, values, model.std) + self.weight * self.penalty(model, prediction)

    @abstractmethod
    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        """What is paid for besides the reconstruction, averaged over the batch, (member,)."""

    def random_query(self, times: Times, uniform: Tensor) -> Times:
        """Times at which training reads the prediction out, (member, batch, time), given draws from [0, 1) of that shape.

        The observation times themselves, unless a loss with ``random_times`` moves them.
        """
        return times


def reconstruction(predicted: Values, values: Values, std: Tensor | float = 1.0) -> PerMember:
    """½ Σ_i ‖(x_i - x̂_i) / std‖² over times and features, averaged over the batch."""
    members, batch = predicted.shape[:2]
    return ((predicted - values) / std).square().view(members, -1).sum(dim=1) * (0.5 / batch)


def spread(z0: Latent) -> Tensor:
    """Standard deviation of each latent dimension over the batch, (member, 1, latent)."""
    return z0.std(dim=1, keepdim=True).clamp_min(SPREAD_FLOOR)


def path_length(path: LatentPath, scale: Tensor | float = 1.0) -> Tensor:
    """Length Σ_i ‖(z_{i+1} - z_i) / scale‖ of every latent path, (member, batch).

    Args:
        path: z along the times, (member, batch, time, latent).
        scale: standard deviations (member, 1, latent), for the Mahalanobis length with a diagonal covariance.
    """
    if isinstance(scale, Tensor):
        path = path / scale[:, :, None]
    return path.diff(dim=2).square().sum(dim=-1).clamp_min(SPREAD_FLOOR**2).sqrt().sum(dim=-1)


def kl_to_standard_normal(mean: Latent, log_std: Latent) -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (μ² + σ² - 1 - ln σ²), summed over the latent dimensions, (member, batch)."""
    return 0.5 * (mean.square() + (2 * log_std).exp() - 1 - 2 * log_std).sum(dim=-1)


class Reconstruction(Loss):
    """No penalty: a deterministic autoencoder, the reference that every penalty has to beat."""

    penalised = False

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        return torch.zeros_like(prediction.z0[:, 0, 0])


class PathLength(Loss):
    """λ Σ_i ‖z_{i+1} - z_i‖_Σ, with Σ the diagonal covariance of z0 over the batch.

    The length is invariant to the scale of the latent space, so that collapsing it gains nothing.
    Source: Sampson & Melchior 2025, the formula of the text (https://arxiv.org/abs/2410.08923).
    """

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        return path_length(prediction.path, spread(prediction.z0)).mean(dim=1)


class KullbackLeibler(Loss):
    """λ KL(N(μ, σ²) ‖ N(0, 1)), the evidence lower bound for λ = 1 and unit observation noise.

    Source: Rubanova et al. 2019 (https://arxiv.org/abs/1907.03907).
    """

    variational = True

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        log_std = prediction.encoding.log_std
        if log_std is None:
            raise ConfigError("this loss needs a variational model: build it with ModelConfig(variational=True)")
        return kl_to_standard_normal(prediction.encoding.z0, log_std).mean(dim=1)


class Displacement(Loss):
    """The penalty of the authors' published code, as written there, for parity:

    λ / ‖s‖ · Σ_i √|(z_{i+1} - z_i)ᵀ diag(s)⁻¹ (z_T - z_1)|,   s = E(MLP(std(z0))), std(z0) held constant.

    It multiplies every increment with the sum of all of them, so it measures the net displacement and not the length:
    a closed path costs nothing. s may be negative and has no floor, in the authors' code as here; the tiny number
    under the root is ours and keeps its gradient finite.
    """

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        deviation = prediction.z0.detach().std(dim=1, keepdim=True)
        scale = model.hidden_to_latent(model.latent_to_hidden(deviation))
        increments = prediction.path.diff(dim=2)
        net = increments.sum(dim=2, keepdim=True)
        products = (increments * net / scale[:, :, None]).sum(dim=-1).abs()
        roots = products.clamp_min(SPREAD_FLOOR**2).sqrt().sum(dim=-1)
        return roots.mean(dim=1) / scale.flatten(1).norm(dim=1)


class PathLengthAndKullbackLeibler(KullbackLeibler):
    """λ (path length + KL): the authors' earlier ``mahalanobis`` variant, with the true length."""

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        return super().penalty(model, prediction) + path_length(prediction.path, spread(prediction.z0)).mean(dim=1)


class KineticEnergy(Loss):
    """λ ∫ ‖dh/dτ‖² dτ over the observed window, by the trapezoidal rule on the observation times.

    Source: Finlay et al. 2020, How to train your neural ODE (https://arxiv.org/abs/2002.02798), its kinetic term.
    """

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        states = prediction.states
        speed = model.field(states.flatten(1, 2)).square().sum(dim=-1).view(states.shape[:-1])
        return torch.trapezoid(speed, prediction.times).mean(dim=1)


class RandomEndTime(Loss):
    """STEER: no penalty, but each observation is compared with the prediction at a random time near its own.

    t_i' = t_i + λ u_i b_i, with u_i uniform in [-1, 1) and b_i half of the shorter gap to a neighbour, so that the order of
    the times is kept for λ ≤ 1. The first time is the start of the integration and stays.
    Source: Ghosh et al. 2020, STEER (https://arxiv.org/abs/2006.10711), applied to every observation of a trajectory.
    """

    random_times = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if (torch.as_tensor(self.weight) > 1).any():
            raise ConfigError(f"the weight of the loss `steer` is {self.weight}, expected at most 1: times would cross")

    def penalty(self, model: LatentODE, prediction: Prediction) -> PerMember:
        return torch.zeros_like(prediction.z0[:, 0, 0])

    def random_query(self, times: Times, uniform: Tensor) -> Times:
        gaps = times.diff(dim=-1)
        room = torch.cat([torch.minimum(gaps[..., :-1], gaps[..., 1:]), gaps[..., -1:]], dim=-1) / 2
        weight = torch.as_tensor(self.weight, dtype=times.dtype, device=times.device).view(-1, 1, 1)
        moved = times[..., 1:] + weight * room * (2 * uniform[..., 1:] - 1)
        return torch.cat([times[..., :1], moved], dim=-1)
