"""A model of which an expert knows a part, beside the expert alone, no expert, and two ways to correct the expert, where
training series are few.

Source: Qian et al. 2021, Integrating expert ODEs into neural ODEs (https://arxiv.org/abs/2106.02875), for the rows and the
numbers of training series. Models, losses and systems are ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from pathlode.core.fields.hybrid import HybridField
from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import PerMember, Values
from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import GRID_POINTS, ScoredSplit
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.damped_oscillator import DampedOscillator
from pathlode.dynamics.systems.mixed_oscillator import DAMPING, STIFFNESS, MixedOscillator
from pathlode.dynamics.windows import extrapolation_nmse, interpolation_nmse, predict
from pathlode.errors import DataError
from pathlode.models.contract import SequenceModel
from pathlode.models.field_model import FieldModel
from pathlode.models.latents import as_the_model
from pathlode.training.experiment import Experiment, Fitted

TRAINED = ("hybrid", "expert", "neural")
"""Rows that are trained on the data themselves, in this order. ``residual`` is trained on the errors of ``expert``, and
``ensemble`` is not trained: it is the mean of the predictions of ``expert`` and ``neural``."""
TRUE_CONSTANTS: Mapping[type[System], Mapping[str, float]] = {
    MixedOscillator: {"stiffness": STIFFNESS, "damping": DAMPING},
    DampedOscillator: {"stiffness": -DampedOscillator.matrix[1][0], "damping": -DampedOscillator.matrix[1][1]},
}
"""Constants of systems of which an expert knows the form, per unit of the data's time."""
POWERS = {"stiffness": 2, "damping": 1}
"""A constant per τ is so many times divided by ``time_unit`` to be one per unit of the data's time."""


def first_series(data: Observed, count: int) -> Observed:
    """The data with so many of the training series of each set, the first ones.

    Raises:
        DataError: if there are not so many.
    """
    given = data.training
    if count > len(given):
        raise DataError(f"{given.name}: {count} series are asked for, but there are {len(given)}: ask for fewer")
    training = TimeSeries(given.times[..., :count, :], given.values[..., :count, :, :], given.name)
    return replace(data, training=training)


@torch.no_grad()
def residuals(model: SequenceModel, series: TimeSeries, solver: Adaptive) -> TimeSeries:
    """What a model leaves of series that it reads: their values minus its predictions at their own times.

    Args:
        model: a stack.
        series: a set of series for each member.
        solver: solver of the predictions.
    """
    given = as_the_model(series, model)
    predicted = model(given.times, given.values, given.times, solver=solver).values.to(series.values)
    return TimeSeries(series.times, series.values - predicted, f"{series.name}, less the expert's prediction")


def predicted_windows(model: SequenceModel, split: ScoredSplit, solver: Adaptive) -> Values:
    """A model's predictions at the times of the observed window and of the next one, (member, batch, time, feature)."""
    times = torch.cat([split.inside.times, split.beyond.times[..., :GRID_POINTS]], dim=-1)
    return predict(model, split, times, solver).values


def errors_of(values: Values, split: ScoredSplit) -> tuple[PerMember, PerMember]:
    """The errors of :func:`predicted_windows` inside the observed window and in the next one."""
    seen = split.inside.times.shape[-1]
    return interpolation_nmse(values[:, :, :seen], split), extrapolation_nmse(values[:, :, seen:], split)


def constant_error(model: SequenceModel, system: System) -> list[float]:
    """The largest relative error of each member's learnt constants; NaN if a model or system has none that are known.

    Args:
        model: a stack.
        system: the system that it was fitted to, one of :data:`TRUE_CONSTANTS`.
    """
    true = TRUE_CONSTANTS.get(type(system))
    if true is None or not (isinstance(model, FieldModel) and isinstance(model.field, HybridField)):
        return [np.nan] * len(model.seeds)
    unit, learnt = model.config.time_unit, model.field.learnt()
    off = [learnt[name] / unit ** POWERS[name] / value - 1 for name, value in true.items()]
    found: list[float] = torch.stack(off).abs().amax(dim=0).tolist()
    return found


@dataclass(frozen=True)
class FewSeries:
    """Fits the rows to few series and scores them.

    Attributes:
        system: the system that was simulated.
        split: test trajectories of each replicate.
        settings: of :class:`pathlode.training.experiment.Experiment` for each of :data:`TRAINED`, with seeds.
        folder: folder of checkpoints.
        identity: digest of the job, as in :meth:`pathlode.training.experiment.Experiment.run`.
        device: device of the trainings.
        solver: solver of the predictions.
    """

    system: System
    split: ScoredSplit
    settings: Mapping[str, Mapping[str, Any]]
    folder: Path
    identity: str
    device: str
    solver: Adaptive

    def scores(self, data: Observed) -> pd.DataFrame:
        """Columns of :class:`pathlode.rivals.results.HybridScores` for these data, a line for each row and replicate.

        Errors are missing if the training diverged, or if they are not finite.
        """
        fitted = {row: self._fitted(row, data) for row in TRAINED}
        values = {row: predicted_windows(found.model, self.split, self.solver) for row, found in fitted.items()}
        constants = {row: constant_error(found.model, self.system) for row, found in fitted.items()}
        expert = fitted["expert"]
        training, validation, asked = (
            residuals(expert.model, series, self.solver)
            for series in (data.training, data.validation, self.split.observed)
        )
        correction = self._fitted("neural", Observed(training, validation), "residual")
        left = predicted_windows(correction.model, replace(self.split, observed=asked), self.solver)
        values |= {"residual": values["expert"] + left, "ensemble": (values["expert"] + values["neural"]) / 2}
        made_of = {row: [found] for row, found in fitted.items()}
        made_of |= {"residual": [expert, correction], "ensemble": [expert, fitted["neural"]]}
        tables = [
            self._table(row, values[row], parts).assign(constant_error=constants.get(row, np.nan))
            for row, parts in made_of.items()
        ]
        return pd.concat(tables, ignore_index=True)

    def _fitted(self, row: str, data: Observed, called: str = "") -> Fitted:
        """A row fitted to some data; batches are no larger than these."""
        settings, count = dict(self.settings[row]), len(data.training)
        settings["train"] = settings["train"] | {"batch": min(settings["train"]["batch"], count)}
        label = f"{called or row}, {count} series"
        return Experiment(**settings).run(data, self.folder, self.identity, label, self.device, strict=False)

    def _table(self, row: str, values: Values, parts: Sequence[Fitted]) -> pd.DataFrame:
        """Errors of predictions that are made of those of some models, and the cost of all of these."""
        seeds = list(self.settings[TRAINED[0]]["seeds"])
        lost = torch.stack([part.diverged.cpu() for part in parts]).any(dim=0)
        inside, beyond = (
            error.where(error.isfinite() & ~lost, torch.nan).tolist() for error in errors_of(values, self.split)
        )
        seconds = sum(part.seconds for part in parts) / len(seeds)
        errors = {"interpolation_nmse": inside, "extrapolation_nmse": beyond, "train_seconds": seconds}
        return pd.DataFrame({"row": row, "replicate": seeds} | errors)
