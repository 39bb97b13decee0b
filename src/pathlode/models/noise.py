"""The observation noise of trained models, by maximum likelihood."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pathlode.core.context import as_argument
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Mask, Times, Values
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import ENCODED_AT_ONCE, as_the_model
from pathlode.models.prediction import Prediction

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep

Shown = Callable[[Times, Values], tuple[Times, Values]]
"""Gives, of times and values of observations, those that an encoder sees."""
NOISE_FLOOR = 1e-3
"""Smallest observation noise, in standard deviations of a feature over the training data."""
MOST_FITTED = 0.9
"""Largest share of the observations' noise that counts as fitted by a prediction from them."""
PROBE = 0.01
"""Size of the change of observations by which that share is measured, in standard deviations of a feature."""
ITERATIONS = 50
"""Steps of expectation and maximisation; a few suffice, unless members disagree by much more than the noise."""


@torch.no_grad()
def learn_noise(
    model: SequenceModel,
    series: TimeSeries,
    *,
    ensemble: bool = True,
    level: float | None = None,
    shown: Shown | None = None,
    owners: Sequence[int] | None = None,
    solver: "FixedStep | Adaptive | None" = None,
) -> None:
    """Learns σ_f, the standard deviation of feature f's observation noise, and the leverage h of the observations.

    It sets ``model.noise`` and ``model.leverage``, each (member, 1, 1, feature).

    It maximises the likelihood of the series, Σ log 1/M Σ_m N(e_m; 0, σ_f²), by expectation and maximisation. Here e_m are the
    residuals of member m's predictions inside the observed window. All members have the same noise, so what they disagree by is
    not counted twice. For one member, or if each counts alone, the solution is σ_f² = mean e².

    σ_f contains what the model misses. A prediction has fitted a part of the noise of the very observations that it was made
    from: their mean squared residual is σ_f² (1 - h), where h is the mean of ∂x̂_i/∂x_i, the parameters of a series that are
    estimated per observation. So e = (x - x̂) / √(1 - h). Here h is an estimate from one prediction for observations that are
    changed by small random signs (Girard 1989). Of a new observation the error has the variance σ_f² (1 + h) instead, see
    :func:`pathlode.uncertainty.intervals.distribution`.

    If predictions of a few series are much worse than those of others, no normal distribution fits. Given a ``level``, σ_f is
    instead the number with which intervals of that level contain this share of the observations.

    The noise takes no gradient step, and no penalty affects it: weights stay as they are, and σ_f can neither collapse nor lag
    behind. It is at least :data:`NOISE_FLOOR` standard deviations of the feature.

    Args:
        model: a trained stack, or one fitted in closed form.
        series: series that the model was not trained on, such as the validation series; on training series the noise would be
            too small.
        ensemble: whether the members are an ensemble; otherwise each has its own noise, as if it were alone.
        level: the level at which intervals are to cover as stated; None for maximum likelihood.
        shown: gives those of the observations that the encoder sees, such as
            :meth:`pathlode.training.views.Views.in_validation`, for a model that forecasts the others; by default all.
        owners: the index of each member's set, if there are several sets of series, as in
            :class:`pathlode.core.observed.Observed`; each member then counts alone.
        solver: as in :func:`pathlode.core.solve.solve`, for a model with an ODE.

    Raises:
        DataError: if the model cannot read the series.

    Source: Hastie & Tibshirani 1990, Generalized additive models, sec. 3.5, for σ²; Girard 1989, A fast "Monte-Carlo
    cross-validation" procedure (https://doi.org/10.1007/BF01395775), for h.
    """
    model.check(series)
    series = as_the_model(series, model)
    own = slice(None) if owners is None else torch.tensor(owners, device=series.times.device)
    times, values = series.times[own], series.values[own]
    known, probed = None if series.context is None else series.context.at(own), []
    for begin in range(0, len(series), ENCODED_AT_ONCE):
        some = slice(begin, begin + ENCODED_AT_ONCE)
        context = None if known is None else known.of_trajectories(some)
        predict = partial(model, solver=solver, check=False, **as_argument(context))
        probed.append(_probed(predict, times[..., some, :], values[..., some, :, :], model.std, shown))
    residuals, responses = (torch.cat(each, dim=1) for each in zip(*probed, strict=True))
    counted = ~residuals.isnan()
    fitted = _mean(responses, counted).clamp(0, MOST_FITTED)
    errors = (residuals / model.std).double() / (1 - fitted).sqrt()
    variance = _mean(errors.square(), counted)
    variance = variance.nan_to_num(nan=1.0)  # of a feature without observations, that of the training data
    variance = variance.clamp_min(NOISE_FLOOR**2)
    together = ensemble and owners is None
    if together:
        variance = _of_mixture(errors.square(), counted, variance)
    noise = variance.sqrt() if level is None else _covering(errors, counted, variance.sqrt(), level, together)
    model.register_buffer("noise", (noise * model.std).to(model.noise))
    model.register_buffer("leverage", fitted.nan_to_num(nan=0.0).to(model.noise))


def _probed(
    predict: Callable[..., Prediction], times: Times, values: Values, std: Tensor, shown: Shown | None
) -> tuple[Values, Values]:
    """Residuals of predictions at the observed times, and an estimate of ∂x̂_i/∂x_i, both (member, batch, time, feature)."""

    def from_observed(values: Values) -> Values:
        at = times.expand(values.shape[:-1])
        return predict(*(shown(at, values) if shown else (at, values)), at).values

    predicted = from_observed(values)
    signs = torch.randint(0, 2, values.shape[-3:], generator=torch.Generator().manual_seed(0)).to(values) * 2 - 1
    step = PROBE * std.to(values.dtype)
    moved = from_observed(values + step * signs) - predicted
    return values - predicted, (moved * signs / step).where(~values.isnan(), torch.nan)


def _mean(values: Tensor, counted: Mask) -> Tensor:
    """Mean over the counted values of all series, (member, 1, 1, feature); NaN if there are none."""
    return values.where(counted, 0.0).sum(dim=(1, 2), keepdim=True) / counted.sum(dim=(1, 2), keepdim=True)


def _of_mixture(squares: Values, counted: Mask, variance: Tensor) -> Tensor:
    """The common variance of all members that maximises the likelihood of their mixture, (1, 1, 1, feature).

    Args:
        squares: squared residuals in units of the training data's variance, (member, batch, time, feature).
        counted: where values were observed.
        variance: of each member alone, (member, 1, 1, feature); the search starts at their mean.
    """
    variance = variance.mean(dim=0, keepdim=True)
    for _ in range(ITERATIONS):
        shares = (-squares / (2 * variance)).softmax(dim=0)
        mean = _mean((shares * squares).sum(dim=0, keepdim=True), counted[:1])
        variance = mean.where(~mean.isnan(), variance).clamp_min(NOISE_FLOOR**2)
    return variance


def _covering(errors: Values, counted: Mask, noise: Tensor, level: float, together: bool) -> Tensor:
    """The noise with which central intervals contain this share of the observations, shaped like the noise, by bisection.

    Args:
        errors: residuals in units of the training data's standard deviation, (member, batch, time, feature).
        counted: where values were observed.
        noise: the most likely noise, for a feature without observations.
        level: that share.
        together: whether the intervals are those of the members' mixture, or each member has its own.
    """
    low = torch.full_like(noise, NOISE_FLOOR)
    high = 100 * errors.nan_to_num(nan=0.0).abs().amax(dim=(1, 2), keepdim=True)
    high = (high.amax(dim=0, keepdim=True) if together else high).clamp_min(NOISE_FLOOR)
    for _ in range(ITERATIONS):
        middle = (low * high).sqrt()
        below = torch.special.ndtr(errors / middle)
        below = below.mean(dim=0, keepdim=True) if together else below
        narrow = _mean(((below - 0.5).abs() <= level / 2).double(), counted[: len(below)]) < level
        low, high = torch.where(narrow, middle, low), torch.where(narrow, high, middle)
    return high.where(counted.any(dim=2).any(dim=1)[: len(noise), None, None], noise)
