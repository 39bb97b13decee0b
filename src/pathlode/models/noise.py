"""The observation noise of trained models, by maximum likelihood."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Mask, Times, Values
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import ENCODED_AT_ONCE, as_the_model

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep

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
    first: int | None = None,
    owners: Sequence[int] | None = None,
    solver: "FixedStep | Adaptive | None" = None,
) -> None:
    """Learns σ_f, the standard deviation of feature f's observation noise, and sets ``model.noise``, (member, 1, 1, feature).

    It maximises the likelihood of the series, Σ log 1/M Σ_m N(e_m; 0, σ_f²), by expectation and maximisation. Here e_m are the
    residuals of member m's predictions inside the observed window. All members have the same noise, so what they disagree by is
    not counted twice. For one member, or if each counts alone, the solution is σ_f² = mean e².

    σ_f contains what the model misses. A prediction has fitted a part of the noise of the very observations that it was made
    from: their mean squared residual is σ_f² (1 - h), where h is the mean of ∂x̂_i/∂x_i, the parameters of a series that are
    estimated per observation. So e = (x - x̂) / √(1 - h). Here h is an estimate from one prediction for observations that are
    changed by small random signs (Girard 1989).

    The noise takes no gradient step, and no penalty affects it: weights stay as they are, and σ_f can neither collapse nor lag
    behind. It is at least :data:`NOISE_FLOOR` standard deviations of the feature.

    Args:
        model: a trained stack, or one fitted in closed form.
        series: series that the model was not trained on, such as the validation series; on training series the noise would be
            too small.
        ensemble: whether the members are an ensemble; otherwise each has its own noise, as if it were alone.
        first: how many first observations the encoder sees, for a model that forecasts the others; None for all.
        owners: the index of each member's set, if there are several sets of series, as in
            :class:`pathlode.core.series.Observed`; each member then counts alone.
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
    parts = zip(times.split(ENCODED_AT_ONCE, -2), values.split(ENCODED_AT_ONCE, -3), strict=True)
    probed = [_probed(model, *part, first, solver) for part in parts]
    residuals, responses = (torch.cat(each, dim=1) for each in zip(*probed, strict=True))
    counted = ~residuals.isnan()
    fitted = _mean(responses, counted).clamp(0, MOST_FITTED)
    squares = (residuals / model.std).square().double() / (1 - fitted)
    variance = _mean(squares, counted).nan_to_num(
        nan=1.0
    )  # of a feature without observations: that of the training data
    variance = variance.clamp_min(NOISE_FLOOR**2)
    if ensemble and owners is None:
        variance = _of_mixture(squares, counted, variance)
    model.register_buffer("noise", (variance.sqrt() * model.std).to(model.noise))


def _probed(
    model: SequenceModel, times: Times, values: Values, first: int | None, solver: "FixedStep | Adaptive | None"
) -> tuple[Values, Values]:
    """Residuals of predictions at the observed times, and an estimate of ∂x̂_i/∂x_i, both (member, batch, time, feature)."""

    def predict(values: Values) -> Values:
        at = times.expand(values.shape[:-1])
        return model(at[..., :first], values[..., :first, :], at, solver=solver, check=False).values

    predicted = predict(values)
    signs = torch.randint(0, 2, values.shape[-3:], generator=torch.Generator().manual_seed(0)).to(values) * 2 - 1
    step = PROBE * model.std.to(values.dtype)
    moved = predict(values + step * signs) - predicted
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
