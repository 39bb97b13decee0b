"""Files of the inference chapter that one script writes and another reads. Those of flows: :mod:`pathlode.inference.flows`."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, TableFile, axes

_FLOW = {
    "summary": "what the flow is given",
    "backend": "library of the flow",
    "n_train": "pairs that it was fitted to",
    "seed": "of the flow",
}
_SCORES = _FLOW | {
    "parameter": "name, or all",
    "rmse_over_prior_sd": "root mean squared error of the posterior means, in standard deviations of the prior",
    "sbc_p": "p-value of the test that ranks are uniform",
    "mean_log_prob": "mean log-density of the truths, in nats",
    "tarp_atc": "area between coverage and credibility, by random points",
    "coverage_error": "mean absolute difference between coverage and credibility",
}


@dataclass(frozen=True)
class References(ArrayFile):
    """Reference posteriors of held-out systems.

    Attributes:
        number: of each system among the held-out ones, from 0.
        truth: true parameters.
        times: of the observations.
        values: observed.
        draws: of the parameters, from the posterior given these observations.
        rhat: rank-normalised split R̂ of the chains.
        ess: bulk effective sample size.
        acceptance: share of the proposals that were accepted.
        log_prob: log-density of the true parameters.
        c2st_floor: accuracy with which the two :attr:`halves` of the draws are told apart.
        predictive_coverage: of some of the draws, at 0.9.
    """

    number: NDArray[np.int64] = axes("system")
    truth: Array = axes("system", "parameter")
    times: Array = axes("system", "time")
    values: Array = axes("system", "time", "feature")
    draws: Array = axes("system", "draw", "parameter")
    rhat: Array = axes("system", "parameter")
    ess: Array = axes("system", "parameter")
    acceptance: Array = axes("system")
    log_prob: Array = axes("system")
    c2st_floor: Array = axes("system")
    predictive_coverage: Array = axes("system")

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """The systems of all parts, one after the other."""
        every = list(parts)
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in every]) for name in names})

    @classmethod
    def load_all(cls, paths: Iterable[str]) -> Self:
        """The systems of several files, one after the other."""
        return cls.joined(cls.load(Path(path)) for path in paths)

    @property
    def halves(self) -> tuple[Array, Array]:
        """Every second draw, and the others between them: two sets that are as much alike as such sets can be."""
        return self.draws[:, ::2], self.draws[:, 1::2]

    def table(self) -> pd.DataFrame:
        """One row a system: how well its chains have mixed, and the scores of its reference posterior."""
        return pd.DataFrame(
            {
                "system": self.number,
                "rhat_max": self.rhat.max(axis=1),
                "ess_min": self.ess.min(axis=1),
                "acceptance": self.acceptance,
                "log_prob": self.log_prob,
                "c2st_floor": self.c2st_floor,
                "predictive_coverage": self.predictive_coverage,
            }
        )


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


@dataclass(frozen=True)
class FlowHistories(TableFile):
    """Training histories of flows, one row a validation."""

    columns: ClassVar[Mapping[str, str]] = _FLOW | {
        "step": "of the optimiser",
        "log_prob": "mean log-density in training since the last validation, in nats",
        "validation_log_prob": "mean log-density of the validation pairs, in nats",
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
class ShiftedScores(TableFile):
    """Scores of flows with held-out systems that are observed in other ways, by condition."""

    columns: ClassVar[Mapping[str, str]] = _SCORES | {"condition": "how the systems are observed"}


@dataclass(frozen=True)
class OutsideMisses(TableFile):
    """By how much flows miss a system that the prior excludes, one row a flow and parameter."""

    columns: ClassVar[Mapping[str, str]] = _FLOW | {
        "parameter": "name",
        "truth": "its true value",
        "mean": "of the draws",
        "std": "of the draws",
        "sd_off": "distance of the truth from the mean, in standard deviations of the draws",
        "inside_90": "whether the truth lies inside the central 90 % of the draws",
    }


def flow_facts(summary: str, backend: str, n_train: int, seed: int) -> dict[str, Any]:
    """The columns that say which flow a row is about."""
    return {"summary": summary, "backend": backend, "n_train": n_train, "seed": seed}
