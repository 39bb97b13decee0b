"""The choice of each replicate's learning rate and penalty weight."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from pathlode.core.nmse import nmse
from pathlode.core.series import Observed, TimeSeries
from pathlode.core.shapes import PerMember
from pathlode.core.solve import FixedStep
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.windows import window_errors
from pathlode.errors import ConfigError, DivergenceError
from pathlode.files import digest, writing
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.training.experiment import Experiment

logger = logging.getLogger(__name__)

TUNING_SEEDS = 1_000_000
"""Added to a replicate's number, it is the seed of the weights and batches in tuning. No replicate is scored on the weights by
which its settings were chosen."""
MOST_STACKED = 60
"""Members that train as one stack. More of them cost as much each, and memory besides: 60 of Lotka-Volterra take 2.2 GB."""
AT_THE_EDGE = 0.1
"""Share of the replicates whose choice may lie at an edge of the tried values; with more of them the values grow there."""


@dataclass(frozen=True)
class Axis:
    """The values of one setting that a tuning tries.

    Args:
        values: increasing and positive. One value alone is fixed.
        growths: largest number of times that the values grow.
        largest: a value beyond which they do not grow; None for no such value.
        name: in messages.

    Raises:
        ConfigError: if the values are not positive and increasing.
    """

    values: tuple[float, ...]
    growths: int = 0
    largest: float | None = None
    name: str = "values"

    def __post_init__(self) -> None:
        if not self.values or self.values[0] <= 0 or any(high <= low for low, high in pairwise(self.values)):
            raise ConfigError(f"tune.{self.name} is {list(self.values)}, expected positive numbers in increasing order")

    @property
    def middle(self) -> float:
        """The value in the middle; of two, the lower one."""
        return self.values[(len(self.values) - 1) // 2]

    def grown(self, chosen: Sequence[float]) -> "Axis":
        """The axis with one more value at each edge that more than :data:`AT_THE_EDGE` of the replicates chose.

        A new value is as far from its neighbour as that one from the next, as a ratio. An axis that grows no more, or at no
        edge, is returned as it is.

        Args:
            chosen: each replicate's value.
        """
        if not self.growths or len(self.values) < 2:
            return self
        most, grown = AT_THE_EDGE * len(chosen), list(self.values)
        higher = self.values[-1] ** 2 / self.values[-2]
        if sum(value == self.values[0] for value in chosen) > most:
            grown.insert(0, self.values[0] ** 2 / self.values[1])
        if sum(value == self.values[-1] for value in chosen) > most and higher <= (self.largest or math.inf):
            grown.append(higher)
        if len(grown) == len(self.values):
            return self
        return replace(self, values=tuple(grown), growths=self.growths - 1)


def first_part(series: TimeSeries) -> TimeSeries:
    """The first two thirds of each trajectory's observations."""
    points = _first(series.times.shape[-1])
    return TimeSeries(series.times[..., :points], series.values[..., :points, :], series.name)


def _first(points: int) -> int:
    return points - points // 3


def held_out_errors(model: SequenceModel, observed: TimeSeries, solver: FixedStep) -> tuple[PerMember, PerMember]:
    """Errors at observations that the encoder does not see, in units of their variance, each (member,).

    * ``interpolation``: of the first two thirds of the observations, the encoder sees all but the second of every three, which
      are predicted;
    * ``extrapolation``: it sees the first two thirds, and the others are predicted.

    Both use noisy observations in the observed window only, as a user has them. For a model that was trained on
    :func:`first_part`, the second is a forecast beyond all times of its training.

    Args:
        model: the stack.
        observed: one set of trajectories for all members, or one for each, in the model's precision.
        solver: solver of the predictions.
    """
    times, values = observed.times, observed.values
    first = torch.arange(_first(times.shape[-1]))
    hidden = first[1:-1:3]
    shown = first[~torch.isin(first, hidden)]
    errors = []
    for seen, asked in ((shown, hidden), (first, torch.arange(len(first), times.shape[-1]))):
        with torch.no_grad():
            found = model(times[..., seen], values[..., seen, :], times[..., asked], solver=solver, check=False)
        errors.append(nmse(found.values, values[..., asked, :]))
    return errors[0], errors[1]


def true_errors(model: SequenceModel, data: SimulatedData, owners: Sequence[int], solver: FixedStep) -> Tensor:
    """Errors against the noise-free truth in the observed window and the next one, (2, member): an oracle's."""
    split = data["validation"].owned(owners) if data.replicates else data["validation"]
    return torch.stack(window_errors(model, split, solver))


TUNED_BY = ("observations", "truth")
"""What decides: errors at held-out observations, or against the truth, which only a simulation has."""


SETTINGS = ("learning_rate", "weight")
"""What is tuned, in this order."""


@dataclass(frozen=True)
class Tuner:
    """Trains candidates and chooses each replicate's learning rate and penalty weight, one after the other.

    The score of a candidate is the geometric mean of two errors. By default it trains on :func:`first_part` and is scored by
    :func:`held_out_errors`, so that settings are chosen by a forecast beyond the times of the training. For ``by="truth"`` it
    trains on all observations and is scored by :func:`true_errors`. A candidate that diverges scores infinity.

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

    def choose(self) -> pd.DataFrame:
        """All candidates and their scores, the best of each replicate first.

        Returns:
            seed (the replicate), learning_rate, weight, score, interpolation_nmse, extrapolation_nmse.

        Raises:
            DivergenceError: if all candidates of a replicate diverged.
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
        if len(failed):
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
            }
            for (rate, weight, owner), inside, beyond in zip(members, *errors.tolist(), strict=True)
        ]
        with writing(finished) as temporary:
            temporary.write_text(json.dumps(rows))
        return pd.DataFrame(rows)

    def _errors(
        self, model: SequenceModel, observed: Observed, owners: Sequence[int], experiment: Experiment
    ) -> Tensor:
        solver, steps = experiment.train["solver"], experiment.train["solver_steps"]
        if self.by == "truth":  # over two windows
            return true_errors(model, self.data, owners, FixedStep(solver, 4 * steps))
        series = as_the_model(observed.validation, model)
        if series.sets:
            series = TimeSeries(series.times[owners], series.values[owners], series.name)
        return torch.stack(held_out_errors(model, series, FixedStep(solver, 2 * steps)))
