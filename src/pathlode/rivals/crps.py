"""Scores of predicted distributions: of drawn paths, of normal densities, or of single values."""

import math

import torch
from torch import Tensor

from pathlode.core.shapes import Times, Values
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.core.streams import stream
from pathlode.dynamics.data import GRID_POINTS, ScoredSplit
from pathlode.errors import PathlodeError
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.models.path_draws import PATHS
from pathlode.models.prediction import required
from pathlode.models.spans import WINDOW_STEPS
from pathlode.real.fits import PREDICTED_AT_ONCE, Asked
from pathlode.uncertainty.mixtures import NormalMixture
from pathlode.uncertainty.scores import mean_crps

_PURPOSE = 4
"""Of a member's streams; its training and its predictions draw from others."""


@torch.no_grad()
def predicted_mixture(
    model: SequenceModel, times: Times, values: Values, query: Times | None, solver: Adaptive | None
) -> NormalMixture:
    """What a stack predicts, as mixtures of the same shape, (component, member, batch, time, feature).

    * A model with ``density`` has this as its only component: of an observation, with its noise.
    * A model that samples in training has :data:`pathlode.models.path_draws.PATHS` components without width: predictions from
      draws of each member's own stream. They are without observation noise.
    * Any other model has its prediction as the only component, without width.

    Args:
        model: a stack.
        times: as in :meth:`pathlode.models.contract.SequenceModel.forward`.
        values: the same.
        query: the same.
        solver: the same; paths of an SDE take :data:`pathlode.models.spans.WINDOW_STEPS` steps of equal size instead.
    """
    if "density" in model.offers:
        density = required(model(times, values, query, solver=solver).density, "density")
        return NormalMixture(density.mean[None], density.std[None])
    number = model.draws(WINDOW_STEPS)
    if not number:
        found = model(times, values, query, solver=solver).values[None]
        return NormalMixture(found, torch.zeros_like(found))
    steps = FixedStep("tsit5", WINDOW_STEPS) if "path_kl" in model.offers else solver
    streams, shape = [stream(seed, _PURPOSE) for seed in model.seeds], (times.shape[-2], number)
    drawn = []
    for _ in range(PATHS):
        noise = torch.stack([torch.randn(shape, generator=own, dtype=torch.float64) for own in streams])
        drawn.append(model(times, values, query, noise=noise.to(model.mean.device, model.dtype), solver=steps).values)
    means = torch.stack(drawn)
    return NormalMixture(means, torch.zeros_like(means))


def relative_crps(predicted: NormalMixture, truth: Values, units: Tensor) -> float:
    """:func:`pathlode.uncertainty.scores.mean_crps` in units of each feature, averaged over the features.

    For a single predicted value it is the mean absolute error.

    Args:
        predicted: distributions, (batch, time, feature).
        truth: what is scored, NaN where nothing is.
        units: standard deviations, (feature,).

    Returns:
        NaN if a distribution is not finite where it is scored.
    """
    if not predicted.means[:, ~truth.isnan()].isfinite().all():
        return math.nan
    return float((mean_crps(predicted, truth) / units).nanmean())


def crps_on_system(model: SequenceModel, split: ScoredSplit, solver: Adaptive) -> list[tuple[float, float]]:
    """:func:`relative_crps` of each member in the observed window and in the next one, in standard deviations of the truth.

    Members predict together. If that fails, each is asked alone; NaN for one that fails.

    Args:
        model: the stack.
        split: test trajectories of each member's replicate.
        solver: solver of the predictions.
    """
    seen = split.inside.times.shape[-1]
    windows = slice(seen), slice(seen, seen + GRID_POINTS)
    truth = torch.cat([split.inside.values, split.beyond.values], dim=2).where(split.counted[..., None], torch.nan)
    query = torch.cat([split.inside.times, split.beyond.times], dim=2)[:, :, : seen + GRID_POINTS]
    observed = as_the_model(split.observed, model)
    try:
        found = predicted_mixture(model, observed.times, observed.values, query.to(observed.times), solver)
    except PathlodeError:
        if len(model.seeds) == 1:
            return [(math.nan, math.nan)]
        members = ((model.member(index), split.owned([index])) for index in range(len(model.seeds)))
        return [score for member, own in members for score in crps_on_system(member, own, solver)]
    means, stds, scores = found.means.cpu(), found.stds.cpu(), []
    for member, own in enumerate(truth):
        parts = [(NormalMixture(means[:, member, :, w], stds[:, member, :, w]), own[:, w]) for w in windows]
        inside, beyond = (relative_crps(predicted, true, _std(true)) for predicted, true in parts)
        scores.append((inside, beyond))
    return scores


def crps_on_series(model: SequenceModel, asked: Asked, solver: Adaptive) -> float:
    """:func:`relative_crps` at the hidden values of the test series, in standard deviations of the training values.

    A series of which nothing can be read counts as if the training values' mean was predicted. NaN if a prediction fails.

    Args:
        model: one member.
        asked: what its replicate asks.
        solver: solver of the predictions.
    """
    test, units = asked.split.test, asked.units
    times, seen, truth = (torch.from_numpy(part[test]) for part in (asked.times, asked.seen, asked.values))
    readable = seen.isfinite().any(dim=2).any(dim=1).nonzero()[:, 0]
    try:
        parts = [
            predicted_mixture(model, times[some], seen[some], None, solver)
            for some in readable.split(PREDICTED_AT_ONCE)
        ]
    except PathlodeError:
        return math.nan
    found, widths = (torch.cat([getattr(part, name)[:, 0] for part in parts], dim=1) for name in ("means", "stds"))
    means = torch.from_numpy(units.mean).to(found).expand(len(found), *truth.shape).clone()
    stds = torch.zeros_like(means)
    means[:, readable], stds[:, readable] = found, widths
    return relative_crps(NormalMixture(means, stds), truth, torch.from_numpy(units.std))


def _std(truth: Values) -> Tensor:
    """Standard deviation of each feature, (feature,), over what is not NaN."""
    return (truth - truth.nanmean(dim=(0, 1))).square().nanmean(dim=(0, 1)).sqrt()
