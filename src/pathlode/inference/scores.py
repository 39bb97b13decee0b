"""The files of flows' scores and of the posteriors that figures show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, TableFile, axes
from pathlode.column_kinds import Flag, Text, Whole
from pathlode.inference.histories import FLOW_COLUMNS

AS_IN_TRAINING = "as in training"
"""Name of the observation design of the training data."""

_SCORES = FLOW_COLUMNS | {
    "parameter": Text("name, or all"),
    "rmse_over_prior_sd": "root mean squared error of the posterior means, in standard deviations of the prior",
    "sbc_p": "p-value of the test for uniform ranks",
    "mean_log_prob": "mean log-density of the true parameters, in nats",
    "tarp_atc": "area between coverage and credibility, by random points",
    "coverage_error": "mean absolute difference between coverage and credibility",
}


@dataclass(frozen=True)
class FlowScores(TableFile):
    """Scores of flows, one row per flow and parameter, and one row for all parameters."""

    columns: ClassVar[Mapping[str, str]] = _SCORES | {
        "log_prob_gap": "mean log-density of the true parameters in the reference posteriors minus that in the flow's, in nats",
        "c2st": "accuracy of classifying draws against those of the reference posteriors",
        "effective": "effective sample size of these draws with importance weights, as a share of their number",
        "sharpened_c2st": "as c2st, of draws that are chosen by these weights",
        "predictive_coverage": "share of observations inside the central 90 % of the posterior predictive distribution",
        "train_seconds": "CPU seconds of the flow's training, with its fresh simulations, without the latent ODE's",
    }


@dataclass(frozen=True)
class ComparedFlows(FlowScores):
    """Scores of flows under all observation designs, with the columns that claims compare.

    See :mod:`pathlode.inference.columns`. Only under the training's design there are reference posteriors.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **FlowScores.columns,
        "replicate": Whole("number of the replicate, the same as seed"),
        "condition": Text("name of the observation design"),
        "perplexity": "geometric mean of one over the density of the truths",
        "c2st_excess": "c2st above that of two halves of the reference draws, at least what can be resolved",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class ShiftedScores(TableFile):
    """Scores of flows on held-out systems under other observation designs, by condition."""

    columns: ClassVar[Mapping[str, str]] = _SCORES | {"condition": Text("name of the observation design")}


@dataclass(frozen=True)
class OutsideMisses(TableFile):
    """Errors of flows on a system that the prior excludes, one row per flow and parameter."""

    columns: ClassVar[Mapping[str, str]] = FLOW_COLUMNS | {
        "parameter": Text("name"),
        "truth": "its true value",
        "mean": "of the draws",
        "std": "of the draws",
        "sd_off": "distance of the truth from the mean, in standard deviations of the draws",
        "inside_90": Flag("whether the truth lies inside the central 90 % of the draws"),
    }


@dataclass(frozen=True)
class AlarmShares(TableFile):
    """Shares of systems that set off an alarm about data unlike a flow's training, one row per flow and condition.

    See :mod:`pathlode.inference.alarms`.
    """

    columns: ClassVar[Mapping[str, str]] = FLOW_COLUMNS | {
        "condition": Text("name of the observation design, or of series that the prior does not make"),
        "summary_alarms": "share whose summary is unlike simulated ones, at p <= 0.05",
        "predictive_alarms": "share that its posterior does not predict, at p <= 0.05",
        "alarms": "share of either kind, each at p <= 0.025; false alarms where the design is one of the training's",
    }


@dataclass(frozen=True)
class ShownPosteriors(ArrayFile):
    """The parts of one flow's posteriors that figures show.

    Attributes:
        summary: name of the summary that the flow is conditioned on.
        effective: effective share of the draws among which ``sharpened`` were chosen.
        truth: true parameters of held-out systems.
        ranks: share of the draws below the truth.
        tarp_levels: credibility levels of the test with random points.
        tarp_covered: share of the truths inside regions of these levels.
        levels: credibility levels of the regions of highest density.
        coverage: share of the truths inside these regions.
        mean: means of the posteriors.
        std: standard deviations of the posteriors.
        draws: draws from the posteriors of the systems that have a reference posterior.
        sharpened: draws from the posterior of the first of these, chosen by importance weights among many more.
        outside: draws from the posterior of a system that the prior excludes.
    """

    summary: str
    effective: float
    truth: Array = axes("system", "parameter")
    ranks: Array = axes("system", "parameter")
    tarp_levels: NDArray[Any] = axes("tarp level")
    tarp_covered: NDArray[Any] = axes("tarp level")
    levels: Array = axes("level")
    coverage: Array = axes("level")
    mean: NDArray[Any] = axes("system", "parameter")
    std: NDArray[Any] = axes("system", "parameter")
    draws: NDArray[Any] = axes("draw", "system with reference", "parameter")
    sharpened: NDArray[Any] = axes("draw", "parameter")
    outside: NDArray[Any] = axes("draw", "parameter")
