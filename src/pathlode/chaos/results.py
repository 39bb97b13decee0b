"""Results of the chapter on chaos, as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, TableFile, axes
from pathlode.column_kinds import Text, Whole

HORIZONS = {"smape_1": 1.0, "smape_3": 3.0}
"""Horizons of the relative error in Lyapunov times, by its name."""
CHAOS_MEASURES = {
    "valid_time": "Lyapunov times after the last observation for which a forecast is valid, median over windows",
    "smape_1": "symmetric mean absolute percentage error over one Lyapunov time, from 0 to 200",
    "smape_3": "the same over three",
    "state_divergence": "D_stsp, divergence of the occupied state space from the attractor",
    "spectral_distance": "D_H, Hellinger distance of power spectra, from 0 to 1",
    "exponent": "largest Lyapunov exponent of what was learnt, in units of the true one",
    "mean_error": "distance of the means in time, in standard deviations",
}
"""What is measured; see :mod:`pathlode.chaos.forecasts` and :mod:`pathlode.chaos.attractors`."""
TRUTH_ROW = "truth"
"""The row of the true equations in a model's place, whose scores are the floors."""


@dataclass(frozen=True)
class ChaosScores(TableFile):
    """Scores on test windows, one line per flow, row and replicate."""

    columns: ClassVar[Mapping[str, str]] = {
        "flow": Text("name of the flow, `all` for the median over flows; regular sampling is said behind it"),
        "row": Text("name of the fitted row in the configuration, or `truth`"),
        "seed": Whole("number of the replicate"),
        **CHAOS_MEASURES,
        "train_seconds": "CPU seconds of the training of one model",
        "n_parameters": "parameters of one model that a prediction uses",
        "residual": "of a Koopman model, median over its eigenvalues: how far each is from one of the true operator",
        "failure": Text("what went wrong in training or prediction; missing if nothing did"),
    }


@dataclass(frozen=True)
class ChaosTable(TableFile):
    """The same with one line per measure, and its floor."""

    columns: ClassVar[Mapping[str, str]] = {
        "flow": Text("name of the flow; regular sampling is said behind it"),
        "row": Text("name of the fitted row in the configuration"),
        "replicate": Whole("number of the replicate"),
        "measure": Text("name of the measure"),
        "value": "its value; missing where training or prediction failed",
        "floor": "that of the true equations in the model's place: a forecast from the last observation, or independent orbits",
    }


@dataclass(frozen=True)
class ChaosRanks(TableFile):
    """Mean ranks of rows over flows by their medians.

    One line per measure and row. See :func:`pathlode.rivals.ranks.ranking`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "measure": Text("name of the measure"),
        "row": Text("name of the fitted row in the configuration"),
        "rank": "mean rank over the flows; 1 is the best",
        "blocks": Whole("number of flows"),
        "p": "p-value of Friedman's test that all rows are alike",
        "critical_difference": "least difference of two mean ranks that is significant, by Nemenyi's test",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class ShownOrbits(ArrayFile):
    """What figures show of one replicate of each flow, by ``flow/row``.

    The row ``truth`` is that of the true equations.

    Attributes:
        moments: times of orbits, in periods.
        times: times of errors, in Lyapunov times.
        orbits: one orbit on the attractor, (moment, feature).
        errors: root-mean-square error of a forecast, median over windows, (time,).
        spectra: smoothed power spectrum, mean over the features, (frequency,).
        coded: an orbit of a model that codes it, at the points of the model's grid, (point, feature).
        codes: the number of the region of the state at each of them, (point,).
    """

    moments: Array = axes("moment")
    times: Array = axes("time")
    orbits: Mapping[str, Array] = axes("moment", "feature", by="flow and row")
    errors: Mapping[str, Array] = axes("time", by="flow and row")
    spectra: Mapping[str, Array] = axes("frequency", by="flow and row")
    coded: Mapping[str, Array] = axes("point", "feature", by="flow and row")
    codes: Mapping[str, Array] = axes("point", by="flow and row")
