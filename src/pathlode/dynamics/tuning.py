"""The choice of each replicate's learning rate and penalty weight."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.tried_values import Axis
from pathlode.dynamics.tuning_scores import first_part, held_out_errors, true_errors
from pathlode.errors import DivergenceError
from pathlode.files import digest, writing
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.training.experiment import Experiment
from pathlode.training.settings import TrainingConfig

logger = logging.getLogger(__name__)

TUNING_SEEDS = 1_000_000
"""Added to a replicate's number, it is the seed of the weights and batches in tuning. No replicate is scored on the weights by
which its settings were chosen."""
MOST_STACKED = 60
"""Members that train as one stack. More of them cost as much each, and memory besides: 60 of Lotka-Volterra take 2.2 GB."""


TUNED_BY = ("observations", "truth")
"""What decides: errors at held-out observations, or against the truth, which only a simulation has."""


SETTINGS = ("learning_rate", "weight")
"""What is tuned, in this order."""


@dataclass(frozen=True)
class Tuner:
    """Trains candidates and chooses each replicate's learning rate and penalty weight, one after the other.

    The score of a candidate is the geometric mean of two errors. By default it trains on
    :func:`pathlode.dynamics.tuning_scores.first_part` and is scored by :func:`pathlode.dynamics.tuning_scores.held_out_errors`,
    so that settings are chosen by a forecast beyond the times of the training. For ``by="truth"`` it trains on all observations
    and is scored by :func:`pathlode.dynamics.tuning_scores.true_errors`. A candidate that diverges scores infinity.

    First, all learning rates are tried with the middle weight, and then all weights at each replicate's best rate.

    A candidate trains on all replicates at once, and several candidates form a stack of at most :data:`MOST_STACKED` members.
    The scores of a finished stack stay in ``folder`` until :func:`pathlode.training.resume.discard_checkpoints`, so an
    interrupted choice continues.

    Args:
        data: the replicates' data.
        replicates: their numbers.
        settings: of the experiments, as in :class:`pathlode.training.experiment.Experiment`, without seeds, weight and rate.
        learning_rates: peaks of the one-cycle schedule.
        weights: of the loss's penalty.
        by: one of :data:`TUNED_BY`.
        folder: folder of the checkpoints.
        identity: digest of all that the choice depends on, see :func:`pathlode.reporting.identity.identity`.
        device: device to train on.
        strict: whether a replicate whose candidates all diverge is an error. Otherwise the first of them is chosen, which has
            the lowest rate.
    """

    data: SimulatedData
    replicates: Sequence[int]
    settings: Mapping[str, Any]
    learning_rates: Axis
    weights: Axis
    by: str
    folder: Path
    identity: str
    device: str = "cpu"
    strict: bool = True

    def choose(self) -> pd.DataFrame:
        """All candidates and their scores, the best of each replicate first.

        Returns:
            seed (the replicate), learning_rate, weight, score, interpolation_nmse, extrapolation_nmse, seconds.

        Raises:
            DivergenceError: if ``strict`` and all candidates of a replicate diverged.
        """
        axes = dict(zip(SETTINGS, (self.learning_rates, self.weights), strict=True))
        chosen = pd.DataFrame({name: axis.middle for name, axis in axes.items()}, index=list(self.replicates))
        tried = pd.DataFrame()
        for name, axis in axes.items():
            known = {axis.middle} if len(tried) else set()
            while new := [chosen.assign(**{name: value}) for value in axis.values if value not in known]:
                known = set(axis.values)
                size = max(1, MOST_STACKED // len(self.replicates))
                scores = [self._scores(new[start : start + size]) for start in range(0, len(new), size)]
                tried = pd.concat([tried, *scores]).sort_values(["seed", "score"], kind="stable", ignore_index=True)
                chosen = self._chosen(tried)
                axis = axis.grown(chosen[name].tolist())
        return tried

    def _chosen(self, tried: pd.DataFrame) -> pd.DataFrame:
        """Each replicate's learning rate and weight, from candidates in the order of :meth:`choose`."""
        first = tried.groupby("seed").head(1).set_index("seed")
        failed = first.index[first["score"].map(math.isinf)]
        if self.strict and len(failed):
            raise DivergenceError(
                f"every candidate for the loss {self.settings['loss']!r} diverged on replicate {failed[0]}: add smaller "
                "learning rates to tune.learning_rates"
            )
        return first.loc[list(self.replicates), list(SETTINGS)]

    def _scores(self, candidates: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """One line per candidate and replicate; a candidate has a learning rate and a weight for each of them."""
        pairs = [candidate.to_numpy().tolist() for candidate in candidates]
        own = digest({"job": self.identity, "candidates": pairs})
        finished = self.folder / f"checkpoint-candidates-{own[:16]}.json"
        if finished.exists():
            return pd.DataFrame(json.loads(finished.read_text()))
        members = [(*pair, owner) for candidate in pairs for owner, pair in enumerate(candidate)]
        rates, weights, owners = (list(column) for column in zip(*members, strict=True))
        seeds = [TUNING_SEEDS + self.replicates[owner] for owner in owners]
        experiment = Experiment(seeds=seeds, weight=weights, learning_rate=rates, **self.settings)
        observed = self.data.observed
        if self.data.replicates:
            observed = replace(observed, owners=owners)
        trained = observed
        if self.by == "observations":
            trained = Observed(first_part(observed.training), first_part(observed.validation), observed.owners)
        label = f"{experiment.loss}, {len(candidates)} candidates"
        fitted = experiment.run(trained, self.folder, self.identity, label, self.device, strict=False)
        errors = self._errors(fitted.model, observed, owners, experiment).cpu()
        errors[:, fitted.diverged.cpu()] = math.inf
        errors = errors.nan_to_num(nan=math.inf)
        rows = [
            {
                "seed": self.replicates[owner],
                "learning_rate": rate,
                "weight": weight,
                "score": math.sqrt(inside) * math.sqrt(beyond),
                "interpolation_nmse": inside,
                "extrapolation_nmse": beyond,
                "seconds": fitted.seconds / len(members),
            }
            for (rate, weight, owner), inside, beyond in zip(members, *errors.tolist(), strict=True)
        ]
        with writing(finished) as temporary:
            temporary.write_text(json.dumps(rows))
        return pd.DataFrame(rows)

    def _errors(
        self, model: SequenceModel, observed: Observed, owners: Sequence[int], experiment: Experiment
    ) -> Tensor:
        config = TrainingConfig(**experiment.train)
        if self.by == "truth":  # over two windows
            return true_errors(model, self.data, owners, FixedStep(config.solver, 4 * config.solver_steps))
        series = as_the_model(observed.validation, model)
        if series.sets:
            series = TimeSeries(series.times[owners], series.values[owners], series.name)
        return torch.stack(held_out_errors(model, series, FixedStep(config.solver, 2 * config.solver_steps)))
