"""A fit beside predictions that cost nothing, on series that it was not trained on."""

import logging
from collections.abc import Mapping

import torch

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Values
from pathlode.core.simple import SIMPLE, neighbours
from pathlode.forecasting.weighting import Hidden, hidden_parts, predicted_from
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model

logger = logging.getLogger(__name__)

FIT = "fit"
"""The name of the fit among the predictions that are compared."""
PLACES = {"inside": "between observations", "beyond": "beyond the last one"}
"""Where predictions are compared: every third observation of the first two thirds of a series is hidden, or its last third."""
WITHOUT_MODEL = {"line": "a line between neighbours", "last": "the last value", "mean": "the mean of the series"}
"""Predictions of :data:`pathlode.core.simple.SIMPLE`, and how messages call them. Beyond the last observation, a line between
neighbours is the last value."""

Errors = Mapping[str, Mapping[str, float]]
"""Of each part, the root mean squared error of each prediction, in units of the features' standard deviations. NaN if nothing
was observed there."""


def errors_beside_simple(model: SequenceModel, series: TimeSeries) -> Errors:
    """Errors of an ensemble's mean, and of predictions without a model, at hidden observations.

    Args:
        model: the members.
        series: held-out series.
    """
    series = as_the_model(series, model)
    found: dict[str, dict[str, float]] = {}
    for name, part in zip(PLACES, hidden_parts(series), strict=True):
        predicted = {FIT: predicted_from(model, series, part).mean(dim=0)}
        predicted |= {rival: _simple(rival, model, series, part) for rival in WITHOUT_MODEL}
        wrong = torch.stack(list(predicted.values())) - series.values
        found[name] = dict(zip(predicted, part.error(wrong / model.std[0]).tolist(), strict=True))
    return found


def warn_if_beaten(errors: Errors, series: TimeSeries) -> None:
    """Warns, in one sentence, where a prediction without a model has a smaller error than the fit.

    Args:
        errors: as :func:`errors_beside_simple` gives them.
        series: the held-out series that they were computed from.
    """
    told = []
    for name, of in errors.items():
        _, best = min((of[rival], rival) for rival in WITHOUT_MODEL)
        if of[best] < of[FIT]:
            better = f"{PLACES[name]} {WITHOUT_MODEL[best]} has an error of {of[best]:.2g} standard deviations"
            told.append(f"{better}, the fit {of[FIT]:.2g}")
    if told:
        logger.warning(
            "%d held-out series are predicted better without a model: %s; prefer that there, or fit more series or more steps",
            *(len(series), " and ".join(told)),
        )


def _simple(name: str, model: SequenceModel, series: TimeSeries, part: Hidden) -> Values:
    """A prediction without a model; where nothing of a feature was seen, it is the mean of the training series."""
    seen = part.shown(series).double().numpy(force=True)
    found = SIMPLE[name](neighbours(series.times.double().numpy(force=True), seen))
    predicted = torch.from_numpy(found.copy()).to(series.values)
    return predicted.where(~predicted.isnan(), model.mean[0].to(predicted))
