"""Forecasts, imputed values and summaries of a user's own series, in a few calls."""

import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from numbers import Integral
from pathlib import Path
from typing import Any

from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times, Values
from pathlode.errors import CheckpointError, ConfigError, is_count, is_positive, refuse_unless
from pathlode.forecasting import defaults
from pathlode.forecasting.ensemble import Ensemble
from pathlode.forecasting.fitting import fitted_ensemble
from pathlode.forecasting.queries import as_series, query_times
from pathlode.forecasting.refusals import refuse_absent, refuse_unfit_place, refuse_unknown
from pathlode.models.saving import load_model, save_model
from pathlode.registry import LOSSES


@dataclass(kw_only=True)
class Forecaster:
    """Fits an ensemble of path-minimised latent ODEs to series, and predicts them at any time from their first one on.

    ::

        forecaster = Forecaster().fit(series)
        forecaster.predict(series, times).to_frame()

    Series may differ in length and in times, and values may be missing. What they have of static covariates and known inputs
    is read; inputs must cover all times that are observed or predicted at. A quarter of the series is held out for validation.
    Without a ``weight``, several are tried first, by forecasts of held-out observations. Members whose training diverged are
    left out. The fit is compared with predictions without a model on the held-out series. A warning says where one of these
    is better, and ``forecaster.fitted.compared`` has the errors. Progress is logged, and shown after
    ``logging.basicConfig(level="INFO")``.

    Args:
        loss: name in :data:`pathlode.registry.LOSSES`.
        weight: the weight of its penalty; None chooses it, see :class:`pathlode.forecasting.weighting.Candidates`.
        members: models of the ensemble, whose mean is the prediction.
        steps: optimiser steps.
        learning_rate: peak of the one-cycle schedule.
        encoder: name in :data:`pathlode.registry.ENCODERS`. The default one does not mind how many observations a series has.
        time_unit: as in :class:`pathlode.models.settings.ModelConfig`; None chooses it, see
            :func:`pathlode.forecasting.defaults.time_unit`.
        model: further settings, as in :class:`pathlode.models.settings.ModelConfig`; they replace those of
            :func:`pathlode.forecasting.defaults.model_settings`.
        train: further settings, as in :class:`pathlode.training.settings.TrainingConfig`.
        views: what the encoder sees in training, as in :class:`pathlode.training.views.Views`.
        seed: of the first member, and of the choice of the series that are held out.
        device: device to train and predict on.

    Attributes:
        fitted: what :meth:`fit` has found; None before.
    """

    loss: str = "path"
    weight: float | None = None
    members: int = 5
    steps: int = 1000
    learning_rate: float = 0.01
    encoder: str = "interpolation"
    time_unit: float | None = None
    model: Mapping[str, Any] = field(default_factory=dict)
    train: Mapping[str, Any] = field(default_factory=dict)
    views: Mapping[str, Any] = field(default_factory=lambda: dict(defaults.DEFAULT_VIEWS))
    seed: int = 0
    device: str = "cpu"
    fitted: Ensemble | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        LOSSES.path(self.loss)
        refuse_unknown(model=self.model, train=self.train, views=self.views)
        refuse_unless(
            self,
            ("members", is_count(self.members), "at least 1, a whole number"),
            ("steps", is_count(self.steps) and self.steps >= 20, "at least 20, a whole number"),
            ("weight", self.weight is None or self.weight == 0 or is_positive(self.weight), "at least 0, or None"),
            ("learning_rate", is_positive(self.learning_rate), "a number above 0"),
            ("time_unit", self.time_unit is None or is_positive(self.time_unit), "a duration above 0, or None"),
            ("seed", isinstance(self.seed, Integral) and abs(self.seed) < 2**62, "a whole number below 2^62"),
        )

    def fit(self, series: Any, folder: Path | str | None = None) -> "Forecaster":
        """Fits to series: a :class:`pathlode.core.series.TimeSeries`, or a list of pairs of times and values.

        Args:
            series: at least :data:`pathlode.forecasting.defaults.FEWEST_SERIES`.
            folder: folder of checkpoints. A fit that was interrupted continues from there, if settings and data are the same.
                The checkpoints stay; remove the folder when the forecaster is saved.

        Raises:
            DataError: if nothing can be learnt from the series.
            DivergenceError: if the training of every member diverged.
            ConfigError: if there is no such device, or the folder is a file.
        """
        refuse_absent(self.device)
        if folder is not None:
            refuse_unfit_place(Path(folder), folder=True)
        series = as_series(series)
        with nullcontext(folder) if folder is not None else tempfile.TemporaryDirectory() as place:
            self.fitted = fitted_ensemble(self, series, Path(place))
        return self

    def predict(self, series: Any, times: Any, backward: bool = False) -> TimeSeries:
        """The mean of the members' predictions, in the units and types of the series.

        Args:
            series: what was observed, as in :meth:`fit`; they may be others than those of the fit.
            times: times (time,) for all series, or (batch, time) or a list of times for each, as numbers or dates like those
                of the series, increasing; or other series, of as many trajectories, for their times.
            backward: whether times may lie before a series' first one. The learnt equation is solved back from there.

        Returns:
            The predictions, with the series' labels and columns: ``predict(...).to_frame()`` is a table.

        Raises:
            DataError: if the forecaster was fitted to other features, or times cannot be predicted at.
            ConfigError: before :meth:`fit`.
        """
        ensemble = self._ensemble
        series = ensemble.readable(series)
        query = query_times(times, series)
        values = ensemble.values(series, query, backward)
        return _predicted(series, query, values, "predictions")

    def intervals(
        self, series: Any, times: Any, level: float = 0.9, backward: bool = False
    ) -> tuple[TimeSeries, TimeSeries]:
        """Lower and upper bounds between which an observation lies with a stated probability.

        They contain each feature's observation noise, learnt from the series that the fit held out, and what the members
        disagree by. Inside the observed window they are wider for a series whose own observations are fitted badly, and
        narrower for one whose are fitted well. Factors make them hold the stated share of the held-out series' observations,
        in each third of the window: see :mod:`pathlode.forecasting.coverage`. So the probability holds over new series, both
        for new observations and at the very times of those that were read. It is as exact as the held-out series are many.
        Farther on, intervals cover less than stated; see :func:`pathlode.uncertainty.intervals.intervals`.

        Args:
            series: as in :meth:`predict`.
            times: as in :meth:`predict`.
            level: the probability.
            backward: as in :meth:`predict`.

        Raises:
            DataError: as :meth:`predict`.
            ConfigError: before :meth:`fit`, or if the level is not between 0 and 1.
        """
        ensemble = self._ensemble
        series = ensemble.readable(series)
        query = query_times(times, series)
        lower, upper = (
            _predicted(series, query, bound, f"{side} bounds")
            for side, bound in zip(("lower", "upper"), ensemble.bounds(series, query, level, backward), strict=True)
        )
        return lower, upper

    def impute(self, series: Any) -> TimeSeries:
        """The series with predictions in place of missing values. What was observed stays as it is.

        Raises:
            DataError: as :meth:`predict`.
            ConfigError: before :meth:`fit`.
        """
        ensemble = self._ensemble
        series = ensemble.readable(series)
        if series.mask is None:
            return series
        values = series.values.where(series.mask, ensemble.values(series, series.times))
        return replace(series, values=values, mask=None)

    def summarise(self, series: Any) -> Tensor:
        """z0 of each series, (batch, latent), of the member with the lowest validation error.

        Raises:
            DataError: as :meth:`predict`.
            ConfigError: before :meth:`fit`.
        """
        ensemble = self._ensemble
        return ensemble.summaries(ensemble.readable(series))

    def save(self, path: Path | str) -> None:
        """Writes the settings and the fitted models to one file, whole or not at all.

        :func:`pathlode.load_model` reads the models of this file as well.

        Raises:
            ConfigError: before :meth:`fit`, or if the path is a folder.
        """
        refuse_unfit_place(Path(path), folder=False)
        save_model(
            Path(path), self._ensemble.model, forecaster={"settings": self.settings, "ensemble": self._ensemble.facts}
        )

    @classmethod
    def load(cls, path: Path | str, device: str | None = None) -> "Forecaster":
        """A forecaster that :meth:`save` wrote.

        Args:
            path: the file.
            device: device to predict on; None for that of the fit.

        Raises:
            CheckpointError: if the file is unreadable, of a newer version, or holds something else.
            ConfigError: if there is no such device.
        """
        model, beside = load_model(Path(path))
        if "forecaster" not in beside:
            raise CheckpointError(f"{path} holds models, but no forecaster: read it with pathlode.load_model")
        content = beside["forecaster"]
        try:
            forecaster = cls(**content["settings"] | ({} if device is None else {"device": device}))
            forecaster.fitted = Ensemble.of(model, content["ensemble"])
        except (KeyError, TypeError, ConfigError) as error:
            raise CheckpointError(
                f"{path} is not a forecaster of this version of pathlode ({error}): read it with the version that wrote it, or "
                "fit again"
            ) from error
        refuse_absent(forecaster.device)
        model.to(forecaster.device)
        return forecaster

    @property
    def settings(self) -> dict[str, Any]:
        """All that it was made with, by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "fitted"}

    @property
    def _ensemble(self) -> Ensemble:
        if self.fitted is None:
            raise ConfigError("the forecaster is not fitted yet: call fit(series), or Forecaster.load(path)")
        return self.fitted


def _predicted(series: TimeSeries, query: Times, values: Values, what: str) -> TimeSeries:
    """Values at other times, with what does not change in time; inputs are known at their own times."""
    name = f"{what} of {series.name}"
    return replace(series, times=query, values=values, mask=None, inputs=None, name=name)
