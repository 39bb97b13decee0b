"""Scores of trained models on simulated systems."""

from dataclasses import dataclass

import torch

from pathlode.core.paths import path_length, spread
from pathlode.core.shapes import LatentPath, PerMember, Times, Values
from pathlode.core.solve import Adaptive
from pathlode.dynamics import orbits
from pathlode.dynamics.data import ScoredSplit
from pathlode.dynamics.windows import extrapolation_nmse, far_nmse, interpolation_nmse, predict
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import required


def variance_within(path: LatentPath) -> PerMember:
    """Share of the latent paths' variance that lies within trajectories rather than between them, (member,).

    With W = Σ_d mean_trajectories Var_t[z_d] and B = Σ_d Var_trajectories[mean_t z_d], it is W / (W + B). It is 0 if every path
    is a point, and 1 if all paths have the same mean. It does not depend on the scale of the latent space, so shrinking a path
    does not lower it. Dimensions that are not used do not count.
    """
    within = path.var(dim=2, correction=0).mean(dim=1).sum(dim=-1)
    between = path.mean(dim=2).var(dim=1, correction=0).sum(dim=-1)
    return within / (within + between).clamp_min(torch.finfo(path.dtype).tiny)


def mean_path_length(path: LatentPath) -> PerMember:
    """Mean length Σ_i ‖z_{i+1} - z_i‖ of latent paths, (member,), in the units of ``path``."""
    return path_length(path).mean(dim=1)


@dataclass(frozen=True)
class Evaluation:
    """A model's predictions for a split from its observations alone, and their scores.

    Attributes:
        scores: by name, each (member,); NaN for what the model does not offer:

            * ``interpolation_nmse``, ``extrapolation_nmse``, ``far_nmse``: errors against the noise-free truth, by the
              functions of these names;
            * ``period_error``, ``amplitude_error``, ``orbit_distance``: errors that do not depend on phase, over the whole
              time after the last observation, where the truth counts, see :mod:`pathlode.dynamics.orbits`; the first one
              is NaN on a system that does not oscillate;
            * ``path_length``: :func:`mean_path_length` in the observed window, in units of the standard deviation of z0;
            * ``variance_within``: :func:`variance_within` of the same paths;
            * ``nfe``: mean number of the adaptive solver's field evaluations, from the first observation to the end.
        predicted: predictions in the observed window and beyond it, (member, batch, time, feature).
        path: latent paths over both, (member, batch, time, latent), in units of the standard deviation of z0; None for a
            model without latent paths.
        times: the times of both, (batch, time) or (member, batch, time).
    """

    scores: dict[str, PerMember]
    predicted: Values
    path: LatentPath | None
    times: Times


@torch.no_grad()
def evaluate(model: SequenceModel, split: ScoredSplit, solver: Adaptive) -> Evaluation:
    """Scores every member on a split, with an adaptive solver and in the model's precision.

    A model with an ODE is evaluated as a model in continuous time: an error hidden by the fixed steps of training shows here.
    """
    times = torch.cat([split.inside.times, split.beyond.times], dim=-1)
    prediction = predict(model, split, times, solver)
    truth, seen = split.beyond.values, split.inside.times.shape[-1]
    inside, beyond = prediction.values[:, :, :seen], prediction.values[:, :, seen:]
    counted = split.counted[..., seen:]
    unknown = torch.full((len(model.seeds),), torch.nan)
    scores = {
        "interpolation_nmse": interpolation_nmse(inside, split),
        "extrapolation_nmse": extrapolation_nmse(beyond, split),
        "far_nmse": far_nmse(beyond, split),
        "period_error": orbits.period_error(beyond, truth, split.beyond.times, counted),
        "amplitude_error": orbits.amplitude_error(beyond, truth, counted),
        "orbit_distance": orbits.orbit_distance(beyond, truth, counted),
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
