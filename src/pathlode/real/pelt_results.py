"""Files of the inference on lynx and hare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.artefacts import COMMITTED, ArrayFile, TableFile, axes
from pathlode.column_kinds import Text, Whole

QUANTILES_SHOWN = {"q05": 0.05, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q95": 0.95}
"""Columns of the posteriors' quantiles."""
EXACT, STAN = "mcmc", "stan"
"""Sources that are no flows: our Markov chains, and Stan's published summary."""


@dataclass(frozen=True)
class SimulatedPelts(ArrayFile):
    """Simulated tables of pelts, one set per replicate.

    Attributes:
        quantiles: quantiles of the parameters in the prior, see :func:`pathlode.real.lynx_hare.from_quantiles`.
        values: thousand pelts.
    """

    quantiles: NDArray[np.float32] = axes("replicate", "table", "parameter")
    values: NDArray[np.float32] = axes("replicate", "table", "year", "species")


@dataclass(frozen=True)
class PeltPosteriors(ArrayFile):
    """Draws from the posteriors of all replicates, given the measured pelts.

    Attributes:
        source: how they were drawn: ``mcmc``, or the name of a flow's summary.
        replicates: numbers of the replicates.
        draws: draws of the parameters of :class:`pathlode.real.lynx_hare.LynxHare`.
        rhat: largest R̂ of the chains; NaN for flows.
        ess: smallest effective sample size of the chains; NaN for flows.
        train_seconds: CPU seconds of a replicate's training and fit.
    """

    source: str
    replicates: Sequence[int]
    draws: Array = axes("replicate", "draw", "parameter")
    rhat: Array = axes("replicate")
    ess: Array = axes("replicate")
    train_seconds: Array = axes("replicate")

    def table(self, parameters: Sequence[str]) -> pd.DataFrame:
        """Rows of :class:`PeltTable`.

        Args:
            parameters: names of the parameters.
        """
        parts = []
        for replicate, draws in zip(self.replicates, self.draws, strict=True):
            quantiles = dict(
                zip(QUANTILES_SHOWN, np.quantile(draws, list(QUANTILES_SHOWN.values()), axis=0), strict=True)
            )
            facts = {"parameter": parameters, "source": self.source}
            moments = {"mean": draws.mean(axis=0), "sd": draws.std(axis=0)}
            parts.append(pd.DataFrame(facts | moments | quantiles).assign(replicate=replicate))
        return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class PeltTable(TableFile):
    """Posteriors of lynx and hare.

    One row per parameter, source and replicate; Stan's published ones have no replicate.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "parameter": Text(
            "a rate in 1/year, a population in the first year in thousand pelts, or a noise on the logarithm"
        ),
        "source": Text("a flow's summary, mcmc, or stan"),
        "mean": "posterior mean",
        "sd": "posterior standard deviation",
        **{name: f"{share:.0%} quantile" for name, share in QUANTILES_SHOWN.items()},
        "replicate": Whole("number of the replicate"),
    }


@dataclass(frozen=True)
class PublishedPelts(TableFile):
    """Published posterior of lynx and hare, by Stan, one row per parameter."""

    columns: ClassVar[Mapping[str, str]] = {
        name: PeltTable.columns[name] for name in ("parameter", "source", "mean", "sd", "q10", "q50", "q90")
    }
    remedy: ClassVar[str] = COMMITTED


@dataclass(frozen=True)
class PeltScores(TableFile):
    """Posteriors of lynx and hare against the exact ones.

    One row per source and replicate.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("name of the data set"),
        "source": Text("a flow's summary, or mcmc: two halves of the chains"),
        "seed": Whole("number of the replicate, by which claims pair rows"),
        "c2st": "accuracy of classifying draws against those of the chains",
        "c2st_excess": "c2st above that of two halves of the chains, at least what can be resolved",
        "mean_off": "largest distance of a mean from that of the chains, in their standard deviations",
        "predictive_coverage": "share of the measured pelts inside the central 90 % of the posterior predictive distribution",
        "rhat": "largest R-hat of the chains",
        "ess": "smallest effective sample size of the chains",
        "train_seconds": "CPU seconds of a replicate's training and fit",
    }
    float_format: ClassVar[str | None] = None
