"""The file of reference posteriors, and the table of their scores."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, TableFile, axes
from pathlode.column_kinds import Whole
from pathlode.errors import DataError


@dataclass(frozen=True)
class References(ArrayFile):
    """Reference posteriors of held-out systems.

    Attributes:
        seed: number of the replicate in which each system is held out.
        number: index of each system among the held-out ones of its replicate, from 0.
        truth: true parameters.
        times: times of the observations.
        values: observed values.
        draws: draws of the parameters from the posterior given these observations.
        rhat: rank-normalised split R̂ of the chains.
        ess: bulk effective sample size.
        acceptance: share of the proposals that were accepted.
        log_prob: log-density of the true parameters.
        c2st_floor: accuracy of classifying the two :attr:`halves` of the draws against each other.
        c2st_second: the same of the first half and draws of another sampler; NaN where there are none.
        seconds: CPU seconds of the chains, and of the rounds that find their proposal density.
        predictive_coverage: share of the observed values inside the central 90 % of the posterior predictive distribution.
    """

    seed: NDArray[np.int64] = axes("system")
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
    c2st_second: Array = axes("system")
    seconds: Array = axes("system")
    predictive_coverage: Array = axes("system")

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """The systems of all parts, joined in order."""
        every = list(parts)
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in every]) for name in names})

    @classmethod
    def load_all(cls, paths: Iterable[str]) -> Self:
        """The systems of several files, joined in order."""
        return cls.joined(cls.load(Path(path)) for path in paths)

    def of(self, seed: int) -> Self:
        """The systems of one replicate.

        Raises:
            DataError: if there are none.
        """
        own = self.seed == seed
        if not own.any():
            raise DataError(f"there are no reference posteriors of replicate {seed}: sample them before they are used")
        return type(self)(**{field.name: getattr(self, field.name)[own] for field in dataclasses.fields(self)})

    @property
    def first(self) -> Self:
        """The first system alone."""
        return type(self)(**{field.name: getattr(self, field.name)[:1] for field in dataclasses.fields(self)})

    @property
    def halves(self) -> tuple[Array, Array]:
        """Every second draw, and the others: two sets of draws from the same posterior."""
        return self.draws[:, ::2], self.draws[:, 1::2]

    @property
    def mean_c2st_floor(self) -> float:
        """Mean of :attr:`c2st_floor` over systems, the reference of a flow's mean accuracy."""
        return float(self.c2st_floor.mean())

    @property
    def n_draws(self) -> int:
        """Number of draws of all systems. A test of a flow's draws against one of the :attr:`halves` classifies as many, and so
        does that of the other half, the floor."""
        return int(self.draws[..., 0].size)


@dataclass(frozen=True)
class ReferenceScores(TableFile):
    """Convergence of the chains of reference posteriors, and their scores.

    One row per held-out system.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "seed": Whole("number of the replicate in which the system is held out"),
        "system": Whole("its index among the held-out ones, from 0"),
        "rhat_max": "largest rank-normalised split R̂ of its parameters",
        "ess_min": "smallest bulk effective sample size of its parameters",
        "acceptance": "share of the proposals that were accepted",
        "log_prob": "log-density of the true parameters, in nats",
        "c2st_floor": "accuracy of classifying two halves of its draws against each other",
        "c2st_second": "accuracy of classifying its draws against those of another sampler; missing where none drew",
        "seconds": "CPU seconds of the chains, and of the rounds that find their proposal density",
        "predictive_coverage": "share of observations inside the central 90 % of the posterior predictive distribution",
    }
    float_format: ClassVar[str | None] = None

    @classmethod
    def of(cls, references: References) -> Self:
        """The scores of reference posteriors, in their order."""
        single = {name: getattr(references, name) for name in list(cls.columns)[4:]}
        chains = {"rhat_max": references.rhat.max(axis=1), "ess_min": references.ess.min(axis=1)}
        return cls(pd.DataFrame({"seed": references.seed, "system": references.number} | chains | single))
