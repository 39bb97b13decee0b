"""Results of the comparison, as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Flag, Text, Whole

RIVAL_ERRORS = {
    "interpolation_nmse": "error from the first to the last observation, or at the hidden values of measured series",
    "extrapolation_nmse": "error over one window length after the last observation; missing where nothing is forecast",
}
"""Errors by which rows are ranked. Predicting the mean has an error of about 1."""
OUTSIDE_ERRORS = {
    "outside_interpolation_nmse": "the first error on trajectories with parameters outside the training's range; missing on "
    "measured series, and on systems whose parameters do not come from a box",
    "outside_extrapolation_nmse": "the second error on these trajectories",
}
"""The same errors where a model was not trained."""
CRPS = {
    "interpolation_crps": "continuous ranked probability score where the first error is, in standard deviations; of a row that "
    "predicts single values the mean absolute error",
    "extrapolation_crps": "the same where the second error is",
}
"""Scores of predicted distributions, see :func:`pathlode.rivals.crps.distribution`. No row is ranked by them."""


@dataclass(frozen=True)
class RivalScores(TableFile):
    """Errors and costs on test series, one line per data set, row and replicate."""

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("simulated system, or measured data set"),
        "row": Text("name of the fitted row in the configuration"),
        "seed": Whole("number of the replicate"),
        **RIVAL_ERRORS,
        **OUTSIDE_ERRORS,
        **CRPS,
        "candidates": Whole("number of trainings from which the settings were chosen"),
        "tried": Text("their learning rates and penalty weights"),
        "spent_seconds": "CPU seconds of all trainings, candidates and model, the stack's shared equally among its members",
        "train_seconds": "CPU seconds of the training of the model alone",
        "predict_ms": "CPU milliseconds per predicted test series",
        "n_parameters": Whole("parameters of one model that a prediction uses"),
        "failure": Text("what went wrong in training or prediction; missing if nothing did"),
    }


@dataclass(frozen=True)
class RivalTable(TableFile):
    """The same with one line per metric."""

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("simulated system, or measured data set"),
        "row": Text("name of the fitted row in the configuration"),
        "replicate": Whole("number of the replicate"),
        "metric": Text("name of the error or score"),
        "value": "its value; missing where training or prediction failed",
        "train_seconds": "CPU seconds of the training of the model alone",
        "predict_ms": "CPU milliseconds per predicted test series",
        "n_parameters": Whole("parameters of one model that a prediction uses"),
    }


@dataclass(frozen=True)
class RivalFailures(TableFile):
    """Rows that fail on a data set.

    Their training or prediction breaks off, or their error is too large to be of use.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("simulated system, or measured data set"),
        "row": Text("name of the fitted row in the configuration"),
        "reason": Text("what fails, and in how many replicates"),
        "tried": Text("learning rates and penalty weights of its candidates"),
        "candidates": Whole("number of candidates of a replicate, the largest"),
        "spent_seconds": "CPU seconds of all trainings of a replicate, median",
    }


@dataclass(frozen=True)
class RivalRanks(TableFile):
    """Mean ranks of rows.

    One line per metric, data set and row. See :func:`pathlode.rivals.ranks.ranking`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "metric": Text("name of the error"),
        "data": Text("data set whose replicates are the blocks, or `all` if data sets are, by their medians"),
        "row": Text("name of the fitted row in the configuration"),
        "rank": "mean rank over the blocks; 1 is the smallest error",
        "blocks": Whole("number of blocks"),
        "p": "p-value of Friedman's test that all rows are alike",
        "critical_difference": "least difference of two mean ranks that is significant, by Nemenyi's test",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class GraphScores(TableFile):
    """Graphs and interventions on simulated systems, one line per system, row and replicate."""

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("simulated system"),
        "row": Text("name of the fitted row in the configuration"),
        "replicate": Whole("number of the replicate"),
        "auroc": "probability that a pair with an edge has more influence than one without; missing if all pairs have one",
        "intervened_nmse": "error in the observed window if one quantity is held; missing if no prediction is finite",
        "interpolation_nmse": "error in the observed window without that",
        "failure": Text("what went wrong in training or prediction; missing if nothing did"),
    }


@dataclass(frozen=True)
class Influences(TableFile):
    """How strongly one quantity drives another in fitted models.

    See :func:`pathlode.dynamics.graphs.influences`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("simulated system"),
        "row": Text("name of the fitted row in the configuration"),
        "replicate": Whole("number of the replicate"),
        "driven": Text("quantity whose rate of change is asked for"),
        "driver": Text("quantity on which it may depend"),
        "influence": "mean absolute slope, in standard deviations per unit of the model's time",
        "edge": Flag("whether the system's own equation has it"),
    }


@dataclass(frozen=True)
class HybridScores(TableFile):
    """Errors where training series are few.

    One line per number of series, row and replicate. See :class:`pathlode.rivals.hybrids.FewSeries`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("simulated system"),
        "training_series": Whole("number of series that were trained on"),
        "row": Text("the model: hybrid, expert, neural, residual or ensemble"),
        "replicate": Whole("number of the replicate"),
        **RIVAL_ERRORS,
        "constant_error": "largest relative error of the expert's constants; missing without an expert or known constants",
        "train_seconds": "CPU seconds of training one model, with those of the models that it is made of",
    }
