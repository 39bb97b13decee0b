"""Scores of trained models."""

from dataclasses import dataclass

import torch

from pathlode.losses import path_length, spread
from pathlode.model import LatentODE
from pathlode.series import TimeSeries
from pathlode.shapes import LatentPath, PerMember, Times, Values
from pathlode.solve import Adaptive
from pathlode.systems.contract import Split


def nmse(predicted: Values, truth: Values) -> PerMember:
    """Normalised mean squared error Σ(x̂ - x)² / Σ(x - x̄)² over all trajectories, times and features, (member,).

    x̄ is each feature's mean over the same trajectories and times: 1 is what that constant would score, 0 is perfect.

    Args:
        predicted: (member, batch, time, feature).
        truth: (batch, time, feature).
    """
    residual = (predicted - truth).square().sum(dim=(1, 2, 3))
    return residual / (truth - truth.mean(dim=(0, 1))).square().sum()


def nmse_in_time(predicted: Values, truth: Values) -> torch.Tensor:
    """The same for each position of the time axis by itself, (member, time)."""
    residual = (predicted - truth).square().sum(dim=(1, 3))
    return residual / (truth - truth.mean(dim=0)).square().sum(dim=(0, 2))


@dataclass(frozen=True)
class Evaluation:
    """What a model predicts for a split from its observations alone, and the scores, per member.

    Attributes:
        interpolation_nmse: error on the clean truth from the first to the last observation.
        extrapolation_nmse: error on the clean truth beyond the last observation; the encoder never sees past it.
        path_length: mean Mahalanobis length of the latent path over the observed window, Σ_i ‖Δz_i‖ / std(z0).
        evaluations: mean number of field evaluations of the adaptive solver, from the first observation to the horizon.
        inside: predictions in the observed window, (member, batch, time, feature).
        beyond: predictions after it.
        path: latent paths over both, (member, batch, time, latent), in units of the standard deviation of z0.
        times: the times of both, (batch, time).
    """

    interpolation_nmse: PerMember
    extrapolation_nmse: PerMember
    path_length: PerMember
    evaluations: PerMember
    inside: Values
    beyond: Values
    path: LatentPath
    times: Times


@torch.no_grad()
def evaluate(model: LatentODE, split: Split, solver: Adaptive) -> Evaluation:
    """Scores every member on a split in double precision, with an adaptive solver.

    The model is evaluated as the continuous-time model that it claims to be: whatever error the fixed steps of training
    hid would show here.
    """
    dtype = torch.float64
    model = _copy(model).to(dtype)
    observed, inside, beyond = (s.to(dtype) for s in (split.observed, split.inside, split.beyond))
    times = torch.cat([inside.times, beyond.times], dim=1)
    prediction = model(observed.times, observed.values, times, solver=solver)
    seen = inside.times.shape[1]
    predicted_inside, predicted_beyond = prediction.values[:, :, :seen], prediction.values[:, :, seen:]
    path = prediction.path / spread(prediction.z0)[:, :, None]
    return Evaluation(
        interpolation_nmse=nmse(predicted_inside, inside.values),
        extrapolation_nmse=nmse(predicted_beyond, beyond.values),
        path_length=path_length(path[:, :, :seen]).mean(dim=1),
        evaluations=prediction.evaluations.to(dtype).mean(dim=1),
        inside=predicted_inside,
        beyond=predicted_beyond,
        path=path,
        times=times,
    )


def _copy(model: LatentODE) -> LatentODE:
    copy = LatentODE(model.config, model.seeds)
    copy.load_state_dict(model.state_dict())
    return copy


@torch.no_grad()
def encode(model: LatentODE, series: TimeSeries) -> torch.Tensor:
    """z0 of every trajectory, (member, batch, latent), in double precision."""
    return _copy(model).to(torch.float64).encode(series.times.double(), series.values.double()).z0
