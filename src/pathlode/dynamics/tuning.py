"""The choice of each replicate's learning rate and penalty weight."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
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
from pathlode.registry import LOSSES
from pathlode.training.experiment import Experiment

logger = logging.getLogger(__name__)

TUNING_SEEDS = 1_000_000
"""Added to a replicate's number, it is the seed of the weights and batches in tuning. No replicate is scored on the weights by
which its settings were chosen."""
MOST_STACKED = 60
"""Members that train as one stack. More of them cost as much each, and memory besides: 60 of Lotka-Volterra take 2.2 GB."""
AT_THE_EDGE = 0.1
"""Share of the replicates whose choice may lie at an edge of the grid; with more of them the grid grows there."""


@dataclass(frozen=True)
class Grid:
    """Candidates of a tuning: every learning rate with every weight.

    Args:
        learning_rates: peaks of the one-cycle schedule, increasing.
        weights: weights of the loss's penalty, increasing. One weight alone is fixed.
        growths: largest number of times that the grid grows.

    Raises:
        ConfigError: if values are not positive and increasing.
    """

    learning_rates: tuple[float, ...]
    weights: tuple[float, ...] = (1.0,)
    growths: int = 0

    def __post_init__(self) -> None:
        for name in ("learning_rates", "weights"):
            values = getattr(self, name)
            if not values or values[0] <= 0 or any(high <= low for low, high in pairwise(values)):
                raise ConfigError(f"tune.{name} is {list(values)}, expected positive numbers in increasing order")

    def grown(self, chosen: pd.DataFrame, largest_weight: float = math.inf) -> "Grid":
        """The grid with one more value at each edge where more than :data:`AT_THE_EDGE` of the replicates chose.

        A new value is as far from its neighbour as that one from the next, as a ratio. A grid that grows no more, at no edge or
        for lack of ``growths``, is returned as it is.

        Args:
            chosen: one line per replicate, with its ``learning_rate`` and ``weight``.
            largest_weight: a weight beyond which the grid does not grow.
        """
        if not self.growths:
            return self
        axes = {}
        for name, column in (("learning_rates", "learning_rate"), ("weights", "weight")):
            values = axes[name] = list(getattr(self, name))
            if len(values) < 2:
                continue
            low, high = values[0] ** 2 / values[1], values[-1] ** 2 / values[-2]
            if (chosen[column] == values[0]).mean() > AT_THE_EDGE:
                axes[name] = [low, *axes[name]]
            if (chosen[column] == values[-1]).mean() > AT_THE_EDGE and not (
                name == "weights" and high > largest_weight
            ):
                axes[name] = [*axes[name], high]
        grown = replace(self, **{name: tuple(values) for name, values in axes.items()}, growths=self.growths - 1)
        return self if (grown.learning_rates, grown.weights) == (self.learning_rates, self.weights) else grown

    @property
    def pairs(self) -> list[tuple[float, float]]:
        """All pairs of a learning rate and a weight."""
        return list(product(self.learning_rates, self.weights))


def held_out_errors(model: SequenceModel, observed: TimeSeries, solver: FixedStep) -> tuple[PerMember, PerMember]:
    """Errors at observations that the encoder does not see, in units of their variance, each (member,).

    * ``interpolation``: the encoder sees all but the second of every three observations, which are predicted;
    * ``extrapolation``: it sees the first two thirds of the observations, and the others are predicted.

    Both use noisy observations in the observed window only, as a user has them.

    Args:
        model: the stack.
        observed: one set of trajectories for all members, or one for each, in the model's precision.
        solver: solver of the predictions.
    """
    points = observed.times.shape[-1]
    middle = torch.arange(1, points - 1, 3)
    late = torch.arange(points - points // 3, points)
    errors = []
    for hidden in (middle, late):
        seen = torch.ones(points, dtype=torch.bool)
        seen[hidden] = False
        times, values = observed.times, observed.values
        with torch.no_grad():
            found = model(times[..., seen], values[..., seen, :], times[..., hidden], solver=solver, check=False)
        errors.append(nmse(found.values, values[..., hidden, :]))
    return errors[0], errors[1]


def true_errors(model: SequenceModel, data: SimulatedData, owners: Sequence[int], solver: FixedStep) -> Tensor:
    """Errors against the noise-free truth in the observed window and the next one, (2, member): an oracle's."""
    split = data["validation"].owned(owners) if data.replicates else data["validation"]
    return torch.stack(window_errors(model, split, solver))


TUNED_BY = ("observations", "truth")
"""What decides: errors at held-out observations, or against the truth, which only a simulation has."""


@dataclass(frozen=True)
class Tuner:
    """Trains candidates and chooses the best pair of learning rate and weight for each replicate.

    The score of a pair is the geometric mean of two errors, see :func:`held_out_errors` or, for ``by="truth"``,
    :func:`true_errors`. A candidate that diverges scores infinity. Each candidate trains on all replicates at once, and several
    candidates form a stack of at most :data:`MOST_STACKED` members. The scores of a finished stack stay in ``folder`` until
    :func:`pathlode.training.resume.discard_checkpoints`, so an interrupted choice continues.

    Args:
        data: the replicates' data.
        replicates: their numbers.
        settings: of the experiments, as in :class:`pathlode.training.experiment.Experiment`, without seeds, weight and rate.
        grid: the candidates.
        by: one of :data:`TUNED_BY`.
        folder: folder of the checkpoints.
        identity: digest of all that the choice depends on, see :func:`pathlode.reporting.identity.identity`.
        device: device to train on.
    """

    data: SimulatedData
    replicates: Sequence[int]
    settings: Mapping[str, Any]
    grid: Grid
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
        loss, grid, tried = self.settings["loss"], self.grid, pd.DataFrame()
        while True:
            known = set(zip(tried["learning_rate"], tried["weight"], strict=True)) if len(tried) else set()
            new = [pair for pair in grid.pairs if pair not in known]
            size = max(1, MOST_STACKED // len(self.replicates))
            parts = [self._scores(new[start : start + size]) for start in range(0, len(new), size)]
            tried = pd.concat([tried, *parts], ignore_index=True)
            ranked = tried.sort_values(["seed", "score"], kind="stable", ignore_index=True)
            best = ranked.groupby("seed", sort=False).head(1)
            failed = best.loc[best["score"].map(math.isinf), "seed"]
            if len(failed):
                raise DivergenceError(
                    f"every candidate for the loss {loss!r} diverged on replicate {failed.iloc[0]}: add smaller learning rates "
                    "to tune.learning_rates"
                )
            grown = grid.grown(best, LOSSES[loss].largest_weight)
            if grown == grid:
                return ranked
            logger.info("the grid grows to rates %s and weights %s", list(grown.learning_rates), list(grown.weights))
            grid = grown

    def _scores(self, pairs: Sequence[tuple[float, float]]) -> pd.DataFrame:
        """One line per pair and replicate."""
        own = digest({"job": self.identity, "pairs": [list(pair) for pair in pairs]})
        finished = self.folder / f"checkpoint-candidates-{own[:16]}.json"
        if finished.exists():
            return pd.DataFrame(json.loads(finished.read_text()))
        members = [(*pair, index) for pair in pairs for index in range(len(self.replicates))]
        rates, weights, owners = (list(column) for column in zip(*members, strict=True))
        seeds = [TUNING_SEEDS + self.replicates[owner] for owner in owners]
        experiment = Experiment(seeds=seeds, weight=weights, learning_rate=rates, **self.settings)
        observed = self.data.observed
        if self.data.replicates:
            observed = replace(observed, owners=owners)
        label = f"{experiment.loss}, {len(pairs)} candidates"
        fitted = experiment.run(observed, self.folder, self.identity, label, self.device, strict=False)
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
