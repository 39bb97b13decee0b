"""Scores of trained models on simulated systems."""

import dataclasses
from dataclasses import dataclass

import torch

from pathlode.core.shapes import LatentPath, PerMember, Times, Values
from pathlode.core.solve import Adaptive
from pathlode.dynamics import orbits
from pathlode.dynamics.data import GRID_POINTS, Split
from pathlode.models.contract import Prediction, SequenceModel, required
from pathlode.models.latents import as_the_model
from pathlode.training.losses.contract import spread
from pathlode.training.losses.path_length import path_length


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
    """Squared error at each position of the time axis, in units of the truth's variance over all of them, (member, time)."""
    residual = (predicted - truth).square().mean(dim=1).sum(dim=-1)
    return residual / truth.var(dim=(0, 1), correction=0).sum()


def variance_within(path: LatentPath) -> PerMember:
    """Share of the latent paths' variance that lies within trajectories, the rest being between them, (member,).

    With W = Σ_d mean_trajectories Var_t[z_d] and B = Σ_d Var_trajectories[mean_t z_d], it is W / (W + B): 0 for paths that
    stand still at different places, 1 for paths that differ in no lasting way. It does not change when the latent space is
    scaled, so that a shrunken path gains nothing, and dimensions that are not used do not count.
    """
    within = path.var(dim=2, correction=0).mean(dim=1).sum(dim=-1)
    between = path.mean(dim=2).var(dim=1, correction=0).sum(dim=-1)
    return within / (within + between).clamp_min(torch.finfo(path.dtype).tiny)


def interpolation_nmse(inside: Values, split: Split) -> PerMember:
    """:func:`nmse` from the first to the last observation, of predictions (member, batch, time, feature) there."""
    return nmse(inside, split.inside.values)


def extrapolation_nmse(beyond: Values, split: Split) -> PerMember:
    """:func:`nmse` over the window length right after the last observation, which the encoder never sees.

    Args:
        beyond: predictions at the split's times after the last observation, or at the first :data:`GRID_POINTS` of them,
            (member, batch, time, feature).
        split: its truth.
    """
    return nmse(beyond[:, :, :GRID_POINTS], split.beyond.values[:, :GRID_POINTS])


def far_nmse(beyond: Values, split: Split) -> PerMember:
    """:func:`nmse` over the window lengths after that, of predictions at all times after the last observation."""
    return nmse(beyond[:, :, GRID_POINTS:], split.beyond.values[:, GRID_POINTS:])


def mean_path_length(path: LatentPath) -> PerMember:
    """Mean length Σ_i ‖z_{i+1} - z_i‖ of latent paths, (member,), in the units that they are given in."""
    return path_length(path).mean(dim=1)


@dataclass(frozen=True)
class Evaluation:
    """What a model predicts for a split from its observations alone, and the scores.

    Attributes:
        scores: by name, each (member,); NaN for what the model does not offer:

            * ``interpolation_nmse``, ``extrapolation_nmse``, ``far_nmse``: errors on the clean truth, of the functions of
              these names;
            * ``period_error``, ``amplitude_error``, ``orbit_distance``: all of the time after the last observation
              without regard to phase, see :mod:`pathlode.dynamics.orbits`;
            * ``path_length``: :func:`mean_path_length` in the observed window, in units of the standard deviation of z0;
            * ``variance_within``: :func:`variance_within` of the same;
            * ``nfe``: mean number of the adaptive solver's field evaluations, from the first observation to the end.
        predicted: predictions in the observed window and beyond it, (member, batch, time, feature).
        path: latent paths over both, (member, batch, time, latent), in units of the standard deviation of z0; None for a
            model without.
        times: the times of both, (batch, time).
    """

    scores: dict[str, PerMember]
    predicted: Values
    path: LatentPath | None
    times: Times


@torch.no_grad()
def evaluate(model: SequenceModel, split: Split, solver: Adaptive) -> Evaluation:
    """Scores every member on a split, with an adaptive solver and in the model's precision.

    A model with an ODE is evaluated as the continuous-time model that it claims to be: whatever error the fixed steps of
    training hid would show here.
    """
    times = torch.cat([split.inside.times, split.beyond.times], dim=1)
    prediction = _predict(model, split, times, solver)
    truth, seen = split.beyond.values, split.inside.times.shape[1]
    inside, beyond = prediction.values[:, :, :seen], prediction.values[:, :, seen:]
    unknown = torch.full((len(model.seeds),), torch.nan)
    scores = {
        "interpolation_nmse": interpolation_nmse(inside, split),
        "extrapolation_nmse": extrapolation_nmse(beyond, split),
        "far_nmse": far_nmse(beyond, split),
        "period_error": orbits.period_error(beyond, truth, split.beyond.times),
        "amplitude_error": orbits.amplitude_error(beyond, truth),
        "orbit_distance": orbits.orbit_distance(beyond, truth),
        "path_length": unknown,
        "variance_within": unknown,
        "nfe": unknown if prediction.evaluations is None else prediction.evaluations.double().mean(dim=1),
    }
    path = None
    if prediction.path is not None:
        path = prediction.path / spread(required(prediction.z0, "z0"))[:, :, None]
        scores["path_length"] = mean_path_length(path[:, :, :seen])
        scores["variance_within"] = variance_within(prediction.path[:, :, :seen])
    return Evaluation(scores, prediction.values, path, times)


@torch.no_grad()
def window_errors(model: SequenceModel, split: Split, solver: Adaptive) -> tuple[PerMember, PerMember]:
    """``interpolation_nmse`` and ``extrapolation_nmse`` of :func:`evaluate`, without the cost of the rest."""
    seen = split.inside.times.shape[1]
    times = torch.cat([split.inside.times, split.beyond.times[:, :GRID_POINTS]], dim=1)
    values = _predict(model, split, times, solver).values
    return interpolation_nmse(values[:, :, :seen], split), extrapolation_nmse(values[:, :, seen:], split)


def _predict(model: SequenceModel, split: Split, times: Times, solver: Adaptive) -> Prediction:
    observed = as_the_model(split.observed, model)
    prediction = model(observed.times, observed.values, times.to(observed.times), solver=solver)
    parts = {name: getattr(prediction, name) for name in ("z0", "path", "values", "evaluations")}
    moved = {name: part.cpu() for name, part in parts.items() if part is not None}
    return dataclasses.replace(prediction, **moved)
