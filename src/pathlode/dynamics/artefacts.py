"""The files that the scripts of the dynamics chapter share, besides data sets and models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import ArrayFile, JsonFile, TableFile, axes

SETTING = {
    "system": "the data set",
    "row": "what was fitted, by its name in the configuration",
    "model": "kind of model",
    "field": "its vector field, if it has one",
    "encoder": "its encoder, if it has one",
    "loss": "what it was trained with, if it was",
}
"""Columns that say what a row of a table is about."""
ERRORS = {
    "interpolation_nmse": "error from the first to the last observation",
    "extrapolation_nmse": "error in the window length after that",
}
"""Columns of what :func:`pathlode.dynamics.windows.window_errors` gives."""
COST = {
    "n_parameters": "parameters of one model that a prediction uses",
    "train_seconds": "time that fitting took, the stack's shared equally among its seeds",
}
"""Columns of what a model costs."""


@dataclass(frozen=True)
class Chosen(JsonFile):
    """What tuning chose for a row.

    Attributes:
        learning_rate: peak of the one-cycle schedule.
        weight: of the loss's penalty.
    """

    learning_rate: float
    weight: float


@dataclass(frozen=True)
class Tuning(TableFile):
    """The grid that a row was tuned on, best first: one line a learning rate and weight."""

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "learning_rate": "peak of the one-cycle schedule",
        "weight": "of the loss's penalty",
        "score": "geometric mean of both errors on validation trajectories",
        **ERRORS,
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class Scores(TableFile):
    """Scores of models on test trajectories: one line a row, seed and choice of observations."""

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": "of the member",
        "observations": "which of the observations the model was shown",
        **COST,
        **ERRORS,
        "far_nmse": "error in the windows after that",
        "period_error": "relative error of the period, see pathlode.dynamics.orbits",
        "amplitude_error": "relative error of the standard deviation in time",
        "orbit_distance": "distance of the orbits, in standard deviations",
        "path_length": "of the latent path in the observed window, in standard deviations of z0",
        "variance_within": "share of the latent path's variance that lies within trajectories",
        "nfe": "field evaluations of the adaptive solver per trajectory",
    }


@dataclass(frozen=True)
class Evaluations(ArrayFile):
    """What all models of one system predict for its test trajectories, by row; rows without latents have none.

    Attributes:
        nmse: squared error at each time over the variance of the truth over all times.
        predicted: predictions of the first trajectories, in the observed window and beyond it.
        path: latent paths of the same, in units of the standard deviation of z0.
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
    """Errors on test trajectories of models of several sizes: one line a row, size and seed."""

    columns: ClassVar[Mapping[str, str]] = {**SETTING, "seed": "of the member", **COST, **ERRORS}


@dataclass(frozen=True)
class TimesToTarget(TableFile):
    """How long each training took to a validation error, see :func:`pathlode.dynamics.columns.time_to_target`."""

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": "of the member",
        "target_mse": "validation error to be reached, common to all losses of one model",
        "reached": "whether it was; if not, the run is charged its whole length",
        "steps_to_target": "optimiser steps until then",
        "seconds_to_target": "training time until then, the stack's shared equally among its seeds",
        "train_seconds": "of the whole training",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class SizesNeeded(TableFile):
    """How large a model an error takes, see :func:`pathlode.dynamics.columns.parameters_needed`."""

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": "of the member",
        "target": "error to be reached, common to all rows of one system",
        "reached": "whether it was at any size; if not, the largest is charged",
        "parameters_needed": "fewest parameters with which it was",
        "train_seconds": "of the trainings of all sizes together",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class Probes(TableFile):
    """What a linear map reads from z0: one line a row, seed and parameter of the system, and one for their mean."""

    columns: ClassVar[Mapping[str, str]] = {
        **SETTING,
        "seed": "of the member",
        "parameter": "what the system varies, or `mean` for the mean over all of it",
        "r2": "coefficient of determination on test trajectories",
        "unexplained": "share of the variance that is not explained, see pathlode.dynamics.probes.unexplained",
    }
