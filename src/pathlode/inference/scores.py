"""The files of flows' scores, and of what the figures show of their posteriors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, TableFile, axes
from pathlode.inference.histories import FLOW_COLUMNS

_SCORES = FLOW_COLUMNS | {
    "parameter": "name, or all",
    "rmse_over_prior_sd": "root mean squared error of the posterior means, in standard deviations of the prior",
    "sbc_p": "p-value of the test that ranks are uniform",
    "mean_log_prob": "mean log-density of the truths, in nats",
    "tarp_atc": "area between coverage and credibility, by random points",
    "coverage_error": "mean absolute difference between coverage and credibility",
}


@dataclass(frozen=True)
class FlowScores(TableFile):
    """Scores of flows, one row a flow and parameter, and one for all parameters."""

    columns: ClassVar[Mapping[str, str]] = _SCORES | {
        "log_prob_gap": "mean log-density of the truths below that of the reference posteriors, in nats",
        "c2st": "accuracy with which draws are told from those of the reference posteriors",
        "predictive_coverage": "share of observations inside the central 90 % of the posterior predictive distribution",
    }


@dataclass(frozen=True)
class ComparedFlows(FlowScores):
    """Scores of flows with those that claims compare, see :mod:`pathlode.inference.columns`."""

    columns: ClassVar[Mapping[str, str]] = {
        **FlowScores.columns,
        "perplexity": "geometric mean of one over the density of the truths",
        "c2st_excess": "c2st above that of two halves of the reference draws, at least what can be resolved",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class ShiftedScores(TableFile):
    """Scores of flows with held-out systems that are observed in other ways, by condition."""

    columns: ClassVar[Mapping[str, str]] = _SCORES | {"condition": "how the systems are observed"}


@dataclass(frozen=True)
class OutsideMisses(TableFile):
    """By how much flows miss a system that the prior excludes, one row a flow and parameter."""

    columns: ClassVar[Mapping[str, str]] = FLOW_COLUMNS | {
        "parameter": "name",
        "truth": "its true value",
        "mean": "of the draws",
        "std": "of the draws",
        "sd_off": "distance of the truth from the mean, in standard deviations of the draws",
        "inside_90": "whether the truth lies inside the central 90 % of the draws",
    }


@dataclass(frozen=True)
class ShownPosteriors(ArrayFile):
    """What the figures show of one flow's posteriors.

    Attributes:
        summary: what the flow is given.
        truth: true parameters of held-out systems.
        ranks: share of the draws below the truth.
        tarp_levels: credibility levels of the test with random points.
        tarp_covered: share of the truths inside regions of these.
        levels: credibility levels of the regions of highest density.
        coverage: share of the truths inside these.
        mean: of the posteriors.
        std: their standard deviations.
        draws: from the posteriors of the systems that have a reference posterior.
        outside: draws from the posterior of a system that the prior excludes.
    """

    summary: str
    truth: Array = axes("system", "parameter")
    ranks: Array = axes("system", "parameter")
    tarp_levels: NDArray[Any] = axes("tarp level")
    tarp_covered: NDArray[Any] = axes("tarp level")
    levels: Array = axes("level")
    coverage: Array = axes("level")
    mean: NDArray[Any] = axes("system", "parameter")
    std: NDArray[Any] = axes("system", "parameter")
    draws: NDArray[Any] = axes("draw", "system with reference", "parameter")
    outside: NDArray[Any] = axes("draw", "parameter")
