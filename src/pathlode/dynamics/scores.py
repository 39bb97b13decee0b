"""Scores of trained models on simulated systems."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.core.shapes import LatentPath, PerMember, Times, Values
from pathlode.core.solve import Adaptive
from pathlode.dynamics import orbits
from pathlode.dynamics.data import GRID_POINTS, Split
from pathlode.models.latent_ode import LatentODE, Prediction
from pathlode.models.latents import _as_the_model
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


def linear_probe(
    z0: NDArray[np.float64],
    parameters: NDArray[np.float64],
    test_z0: NDArray[np.float64],
    test_parameters: NDArray[np.float64],
) -> NDArray[np.float64]:
    """R² of each parameter on test trajectories, (parameter,), by least squares from z0 on training trajectories.

    Args:
        z0: latent vectors, (n, latent).
        parameters: what the system varied, (n, parameter).
        test_z0: (m, latent).
        test_parameters: (m, parameter).
    """
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import r2_score

    fitted = LinearRegression().fit(z0, parameters)
    return np.asarray(r2_score(test_parameters, fitted.predict(test_z0), multioutput="raw_values"))


@dataclass(frozen=True)
class Evaluation:
    """What a model predicts for a split from its observations alone, and the scores.

    Attributes:
        scores: by name, each (member,):

            * ``interpolation_nmse``: error on the clean truth from the first to the last observation;
            * ``extrapolation_nmse``: error over the window length right after the last observation, which the encoder
              never sees;
            * ``far_nmse``: error over the window lengths after that;
            * ``period_error``, ``amplitude_error``, ``orbit_distance``: all of that time without regard to phase, see
              :mod:`pathlode.dynamics.orbits`;
            * ``path_length``: mean Mahalanobis length of the latent path in the observed window, Σ_i ‖Δz_i‖ / std(z0);
            * ``variance_within``: :func:`variance_within` of the same;
            * ``nfe``: mean number of the adaptive solver's field evaluations, from the first observation to the end.
        predicted: predictions in the observed window and beyond it, (member, batch, time, feature).
        path: latent paths over both, (member, batch, time, latent), in units of the standard deviation of z0.
        times: the times of both, (batch, time).
    """

    scores: dict[str, PerMember]
    predicted: Values
    path: LatentPath
    times: Times


@torch.no_grad()
def evaluate(model: LatentODE, split: Split, solver: Adaptive) -> Evaluation:
    """Scores every member on a split, with an adaptive solver and in the model's precision.

    The model is evaluated as the continuous-time model that it claims to be: whatever error the fixed steps of training
    hid would show here.
    """
    times = torch.cat([split.inside.times, split.beyond.times], dim=1)
    prediction = _predict(model, split, times, solver)
    truth, seen = split.beyond.values, split.inside.times.shape[1]
    inside, beyond = prediction.values[:, :, :seen], prediction.values[:, :, seen:]
    path = prediction.path / spread(prediction.z0)[:, :, None]
    scores = {
        "interpolation_nmse": nmse(inside, split.inside.values),
        "extrapolation_nmse": nmse(beyond[:, :, :GRID_POINTS], truth[:, :GRID_POINTS]),
        "far_nmse": nmse(beyond[:, :, GRID_POINTS:], truth[:, GRID_POINTS:]),
        "period_error": orbits.period_error(beyond, truth, split.beyond.times),
        "amplitude_error": orbits.amplitude_error(beyond, truth),
        "orbit_distance": orbits.orbit_distance(beyond, truth),
        "path_length": path_length(path[:, :, :seen]).mean(dim=1),
        "variance_within": variance_within(prediction.path[:, :, :seen]),
        "nfe": prediction.evaluations.double().mean(dim=1),
    }
    return Evaluation(scores, prediction.values, path, times)


@torch.no_grad()
def window_errors(model: LatentODE, split: Split, solver: Adaptive) -> tuple[PerMember, PerMember]:
    """``interpolation_nmse`` and ``extrapolation_nmse`` of :func:`evaluate`, without the cost of the rest."""
    seen, following = split.inside.times.shape[1], split.beyond.values[:, :GRID_POINTS]
    times = torch.cat([split.inside.times, split.beyond.times[:, :GRID_POINTS]], dim=1)
    values = _predict(model, split, times, solver).values
    return nmse(values[:, :, :seen], split.inside.values), nmse(values[:, :, seen:], following)


def _predict(model: LatentODE, split: Split, times: Times, solver: Adaptive) -> Prediction:
    observed = _as_the_model(split.observed, model)
    prediction = model(observed.times, observed.values, times.to(observed.times), solver=solver)
    wanted = ("z0", "path", "values", "evaluations")
    return dataclasses.replace(prediction, **{name: getattr(prediction, name).cpu() for name in wanted})
