"""Scores of predicted distributions against observations, each in a feature's own unit; smaller is better."""

from torch import Tensor

from pathlode.core.shapes import Values
from pathlode.uncertainty.mixtures import NormalMixture


def rmse(predicted: NormalMixture, observed: Values) -> Tensor:
    """Root mean squared error √mean (y - μ)² of the distributions' means, (feature,).

    Args:
        predicted: distributions, (batch, time, feature).
        observed: what was observed, y, (batch, time, feature); NaN does not count.
    """
    return (observed - predicted.mean).square().nanmean(dim=(0, 1)).sqrt()


def mean_crps(predicted: NormalMixture, observed: Values) -> Tensor:
    """Mean continuous ranked probability score, (feature,), see
    :meth:`pathlode.uncertainty.mixtures.NormalMixture.crps`, with the arguments of :func:`rmse`.

    It is in the unit of :func:`rmse`, and scores the whole distribution: one that is too narrow or too wide costs. For the
    true distribution N(μ, σ²) it is σ / √π on average.

    Source: Gneiting & Raftery 2007, Strictly proper scoring rules, prediction, and estimation
    (https://doi.org/10.1198/016214506000001437).
    """
    return predicted.crps(observed).nanmean(dim=(0, 1))
