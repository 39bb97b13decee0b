"""Classes and numbers of whole series, from their latent vectors by scikit-learn."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import encode

PENALTIES = np.logspace(-3, 3, 7)
"""Penalties of the ridge regression of a number, of which cross-validation chooses one."""


@dataclass(frozen=True)
class Head:
    """What a series is, one class or one number, from z0.

    Each member of the stack has an estimator on its own z0, standardised: a logistic regression of a class, or a ridge
    regression of a number. The head gives the mean of their probabilities, or of their numbers. The model does not change.

    Attributes:
        model: a trained stack with a latent vector.
        estimators: one fitted estimator of scikit-learn a member.
        classes: the classes in the order of the probabilities; None for a number.
    """

    model: SequenceModel
    estimators: Sequence[Any]
    classes: NDArray[Any] | None

    def predict(self, series: TimeSeries) -> NDArray[Any]:
        """The most probable class, or the number, of each series, (series,)."""
        if self.classes is not None:
            return self.classes[self.probabilities(series).argmax(axis=1)]
        return np.mean([one.predict(z0) for one, z0 in self._each(series)], axis=0)

    def probabilities(self, series: TimeSeries) -> NDArray[np.float64]:
        """The probability of each class, (series, class).

        Raises:
            ConfigError: if the head gives numbers.
        """
        if self.classes is None:
            raise ConfigError("this head gives numbers, which have no probabilities: call predict")
        return np.mean([one.predict_proba(z0) for one, z0 in self._each(series)], axis=0)

    def _each(self, series: TimeSeries) -> "zip[tuple[Any, NDArray[Any]]]":
        return zip(self.estimators, latents_of(self.model, series), strict=True)


def fit_head(model: SequenceModel, series: TimeSeries, outcome: ArrayLike) -> Head:
    """Fits a head on the z0 of a trained model.

    Args:
        model: a trained stack with a latent vector.
        series: series, whose outcomes are known, best such that the model was not trained on.
        outcome: a class (integers, booleans or text) or a number (floating-point) for each series, (series,).

    Raises:
        ConfigError: if the model has no latent vector, or scikit-learn is not installed.
        DataError: if outcomes and series do not fit, an outcome is missing, or there is one class only.
    """
    if find_spec("sklearn") is None:
        raise ConfigError("a head needs scikit-learn, which is not installed: pip install scikit-learn")
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = np.asarray(outcome)
    _refuse_outcome(known, series)
    number = known.dtype.kind == "f"
    estimators = [
        make_pipeline(StandardScaler(), RidgeCV(PENALTIES) if number else LogisticRegression(max_iter=1000)).fit(
            z0, known
        )
        for z0 in latents_of(model, series)
    ]
    return Head(model, estimators, None if number else estimators[0].classes_)


def latents_of(model: SequenceModel, series: TimeSeries) -> NDArray[np.float64]:
    """z0 of each series as an array, (member, series, latent)."""
    return encode(model, series).double().numpy(force=True)


def _refuse_outcome(known: NDArray[Any], series: TimeSeries) -> None:
    if known.shape != (len(series),):
        raise DataError(
            f"{series.name}: outcomes of shape {known.shape} do not fit {len(series)} series, expected ({len(series)},)"
        )
    if known.dtype.kind not in "fiubUS":
        raise DataError(
            f"{series.name}: outcomes are of type {known.dtype}, expected classes (integers, booleans or text) or numbers"
        )
    if known.dtype.kind == "f" and not np.isfinite(known).all():
        place = int(np.flatnonzero(~np.isfinite(known))[0])
        raise DataError(f"{series.name}: the outcome of series {place} is {known[place]}; leave the series out")
    if known.dtype.kind != "f" and len(np.unique(known)) < 2:
        raise DataError(f"{series.name}: all outcomes are {known[0]!r}, expected at least two classes")
