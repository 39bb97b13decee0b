"""The files that the scripts of the dynamics chapter share, besides data sets and models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import ArrayFile, JsonFile, TableFile, axes
from pathlode.column_kinds import Flag, Text, Whole

SETTING = {
    "system": Text("the data set"),
    "row": Text("name of the fitted row in the configuration"),
    "model": Text("kind of model"),
    "field": Text("its vector field, if it has one"),
    "encoder": Text("its encoder, if it has one"),
    "loss": Text("its training loss, if it was trained"),
}
"""Columns that identify a row of a table."""
ERRORS = {
    "interpolation_nmse": "error from the first to the last observation",
    "extrapolation_nmse": "error over one window length after the last observation",
}
"""Columns of the errors that :func:`pathlode.dynamics.windows.window_errors` returns."""
COST = {
    "n_parameters": Whole("parameters of one model that a prediction uses"),
    "train_seconds": "duration of fitting, the stack's shared equally among its seeds",
}
"""Columns of a model's cost."""


@dataclass(frozen=True)
class Chosen(JsonFile):
    """The settings that tuning chose for a row, one of each for every replicate.

    Attributes:
        replicates: numbers of the replicates.
        learning_rate: peaks of the one-cycle schedule.
        weight: weights of the loss's penalty.
    """

    replicates: Sequence[int]
    learning_rate: Sequence[float]
    weight: Sequence[float]

    def of(self, replicates: Sequence[int]) -> dict[str, Any]:
        """The settings of these replicates, as in :class:`pathlode.training.experiment.Experiment`."""
        at = [list(self.replicates).index(number) for number in replicates]
        return {name: [getattr(self, name)[index] for index in at] for name in ("learning_rate", "weight")}


@dataclass(frozen=True)
class Tuning(TableFile):
    """The grid on which a row was tuned.

    One line per replicate, learning rate and weight, the best of each replicate first.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "tuned_by": Text("errors that decide: at held-out observations in the observed window, or against the truth"),
        "seed": Whole("number of the replicate"),
        "learning_rate": "peak of the one-cycle schedule",
        "weight": "weight of the loss's penalty",
        "score": "geometric mean of both errors on validation trajectories",
        "interpolation_nmse": "error inside the range of what the encoder sees",
        "extrapolation_nmse": "error beyond it",
        "seconds": "CPU seconds of the candidate's training, the stack's shared equally among its members",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class Scores(TableFile):
    """Scores of models on test trajectories.

    One line per row, replicate and choice of observations.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": Whole("number of the replicate"),
        "observations": Text("which of the observations the model sees"),
        **COST,
        **ERRORS,
        "far_nmse": "error over the window lengths after those of extrapolation_nmse",
        "period_error": "relative error of the period, see pathlode.dynamics.orbits; missing for a system without one",
        "amplitude_error": "relative error of the standard deviation in time",
        "orbit_distance": "distance of the orbits, in standard deviations",
        "path_length": "length of the latent path in the observed window, in standard deviations of z0",
        "variance_within": "share of the latent path's variance that lies within trajectories",
        "nfe": "field evaluations of the adaptive solver per trajectory",
    }


@dataclass(frozen=True)
class Evaluations(ArrayFile):
    """Predictions of all models of one system for its test trajectories, by row.

    Rows without latents have no latent arrays.

    Attributes:
        nmse: squared error at each time, divided by the variance of the truth over all times.
        predicted: predictions of the first trajectories of each replicate, in the observed window and beyond it.
        path: latent paths of these trajectories, in units of the standard deviation of z0.
        train_z0: latent vectors of the training trajectories.
        test_z0: latent vectors of the test trajectories.
    """

    nmse: Mapping[str, NDArray[np.float64]] = axes("member", "time", by="row")
    predicted: Mapping[str, NDArray[np.float64]] = axes("member", "example", "time", "feature", by="row")
    path: Mapping[str, NDArray[np.float64]] = axes("member", "example", "time", "latent", by="row")
    train_z0: Mapping[str, NDArray[np.float64]] = axes("member", "train", "latent", by="row")
    test_z0: Mapping[str, NDArray[np.float64]] = axes("member", "test", "latent", by="row")


@dataclass(frozen=True)
class Sizes(TableFile):
    """Errors on test trajectories of models of several sizes.

    One line per row, size and replicate.
    """

    columns: ClassVar[Mapping[str, str]] = {**SETTING, "seed": Whole("number of the replicate"), **COST, **ERRORS}


@dataclass(frozen=True)
class TimesToTarget(TableFile):
    """Cost of each training up to a validation error.

    See :func:`pathlode.dynamics.columns.time_to_target`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": Whole("number of the replicate"),
        "target_mse": "validation error to be reached, common to all losses of one model",
        "reached": Flag("whether it was; if not, the run is charged its whole length"),
        "steps_to_target": Whole("optimiser steps until then"),
        "seconds_to_target": "training time until then, the stack's shared equally among its seeds",
        "train_seconds": "of the whole training",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class SizesNeeded(TableFile):
    """Size of the smallest model that reaches an error.

    See :func:`pathlode.dynamics.columns.parameters_needed`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": Whole("number of the replicate"),
        "target": "error to be reached, common to all rows of one system",
        "reached": Flag("whether it was at any size; if not, the largest is charged"),
        "parameters_needed": Whole("fewest parameters with which it was"),
        "train_seconds": "of the trainings of all sizes together",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class Probes(TableFile):
    """Linear regression of a system's parameters on z0.

    One line per row, replicate and parameter, and one for their mean.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": Whole("number of the replicate"),
        "parameter": Text("a parameter that varies between trajectories, or `mean` for the mean over all"),
        "r2": "coefficient of determination on test trajectories",
        "unexplained": "share of the variance that is not explained, see pathlode.dynamics.probes.unexplained",
    }
