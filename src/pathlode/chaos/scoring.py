"""Scores of what follows the windows of chaotic flows, and what figures show of it."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

from pathlode.arrays import Array
from pathlode.chaos.attractors import mean_error, spectral_distance, spectrum, state_space_divergence
from pathlode.chaos.data import ChaosData
from pathlode.chaos.forecasts import exponent, forecast_errors, smape, valid_prediction_time
from pathlode.chaos.predicted import Predicted
from pathlode.chaos.results import CHAOS_MEASURES, HORIZONS, ChaosScores, ShownOrbits
from pathlode.core.series import TimeSeries
from pathlode.models.al_rnn import ALRNN
from pathlode.models.contract import SequenceModel
from pathlode.models.edmd import EDMD
from pathlode.rivals.scoring import DIVERGED, NOT_FINITE

OF_ORBITS = ("state_divergence", "spectral_distance", "mean_error")
"""Measures of whole orbits."""
CODE_TRANSIENT, CODED_POINTS = 500, 1500
"""Points of a model's grid that a coded orbit leaves out at its beginning, and those that it has."""


def chaos_score_table(
    predicted: Predicted, data: ChaosData, smoothing: float, diverged: Sequence[bool] = (), **facts: Any
) -> pd.DataFrame:
    """Columns of :class:`pathlode.chaos.results.ChaosScores`, a line for each member. A diverged training has no scores.

    Args:
        predicted: what is scored.
        data: the truth.
        smoothing: standard deviation of the filter of spectra, in cycles per period.
        diverged: for each member, whether its training diverged; none did by default.
        facts: further columns.
    """
    table = chaos_scores(predicted, data, smoothing)
    lost = np.array(diverged or [False] * len(table))
    table.loc[lost, list(CHAOS_MEASURES)] = math.nan
    broken = [bool(np.isnan(own).any()) for own in predicted.orbits]
    failure = [DIVERGED if own else NOT_FINITE if other else None for own, other in zip(lost, broken, strict=True)]
    known: dict[str, Any] = {"flow": list(data.flows), "seed": list(data.replicates), "failure": failure}
    return table.assign(**known | facts).reindex(columns=list(ChaosScores.columns))


def chaos_scores(predicted: Predicted, data: ChaosData, smoothing: float) -> pd.DataFrame:
    """Columns :data:`pathlode.chaos.results.CHAOS_MEASURES`, a line for each member.

    What is measured of whole orbits is missing if one of them is not finite.
    """
    exponents = np.asarray(data.exponents)
    about = predicted.forecast, data.truth, data.ahead, exponents
    found = {"valid_time": valid_prediction_time(*about)}
    found |= {name: smape(*about, horizon) for name, horizon in HORIZONS.items()}
    found["exponent"] = exponent(predicted.forecast, predicted.nudged, data.ahead, exponents)
    filtered = _bins(data, smoothing)
    members = [_of_orbits(own, true, filtered) for own, true in zip(predicted.orbits, data.orbits, strict=True)]
    return pd.DataFrame(found).join(pd.DataFrame(members))


def koopman_residuals(model: SequenceModel, series: TimeSeries) -> Array | float:
    """Median over the eigenvalues of a Koopman model of their residuals on its training data,
    :meth:`pathlode.models.edmd.EDMD.residuals`, (member,); NaN for another model."""
    return model.residuals(series)[1].median(dim=1).values.numpy() if isinstance(model, EDMD) else math.nan


def _bins(data: ChaosData, smoothing: float) -> float:
    """Cycles per period as bins of a spectrum of the orbits."""
    return smoothing * float(data.moments[-1] - data.moments[0])


def _of_orbits(orbits: Array, truth: Array, filtered: float) -> Mapping[str, float]:
    if not np.isfinite(orbits).all():
        return dict.fromkeys(OF_ORBITS, math.nan)
    values = (
        state_space_divergence(orbits, truth),
        spectral_distance(orbits, truth, filtered),
        mean_error(orbits, truth),
    )
    return dict(zip(OF_ORBITS, values, strict=True))


class Showing:
    """Collects what figures show of the first replicate of some flows.

    Args:
        flows: names of the flows; others are left out.
    """

    def __init__(self, flows: Collection[str]) -> None:
        self._flows = flows
        self._parts: dict[str, dict[str, Array]] = {
            name: {} for name in ("orbits", "errors", "spectra", "coded", "codes")
        }

    def add(self, row: str, predicted: Predicted, data: ChaosData, smoothing: float) -> None:
        """Adds a row: the first orbit, the median error of forecasts, and the spectrum."""
        filtered = _bins(data, smoothing)
        for member, flow in self._members(data).items():
            key, orbits = f"{flow}/{row}", predicted.orbits[member]
            error = np.median(forecast_errors(predicted.forecast[member], data.truth[member]), axis=0)
            self._parts["orbits"][key] = orbits[0]
            self._parts["errors"][key] = np.where(np.isfinite(error), error, np.nan)
            self._parts["spectra"][key] = spectrum(orbits, filtered).mean(axis=-1)

    def add_codes(self, row: str, model: SequenceModel, data: ChaosData) -> None:
        """Adds an orbit of a row whose model codes it, from the first test window on, without its first points."""
        if not isinstance(model, ALRNN):
            return
        begin = torch.from_numpy(data.test_values[:, :1, -1])
        values, codes = model.coded(begin, CODE_TRANSIENT + CODED_POINTS)
        for member, flow in self._members(data).items():
            self._parts["coded"][f"{flow}/{row}"] = values[member, 0, CODE_TRANSIENT:].numpy()
            self._parts["codes"][f"{flow}/{row}"] = codes[member, 0, CODE_TRANSIENT:].numpy()

    def _members(self, data: ChaosData) -> dict[int, str]:
        return {data.flows.index(flow): flow for flow in self._flows if flow in data.flows}

    def file(self, data: ChaosData) -> ShownOrbits:
        """What was collected, with the times that all flows share."""
        times = data.ahead[0] * data.exponents[0]
        return ShownOrbits(moments=data.moments, times=times, **self._parts)
