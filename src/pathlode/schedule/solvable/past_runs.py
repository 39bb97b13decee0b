"""How good plans are that are made from few or many past runs, of one schedule or of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from pathlode.registry import SOLVABLE_TASKS
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.planning.modes import QuadraticModes
from pathlode.schedule.planning.planner import PlanConfig, plan
from pathlode.schedule.solvable.artefacts import PlansFromPastRuns
from pathlode.schedule.solvable.contract import SolvableTask, seeded
from pathlode.schedule.solvable.policies import (
    DECAYS,
    RUNS_OF_A_STREAM,
    SeedStream,
    TrialConfig,
    best,
    seeds_of,
    trained,
)
from pathlode.schedule.solvable.shapes import at_peaks, halved, shape, stable_then_decay

PREDICTED_PEAKS = 3
"""Peaks of the schedules whose losses are predicted, from the largest past rate down, each half of the one before."""


@dataclass(frozen=True)
class PastRunsTrial:
    """Plans on one task from past runs whose number and schedules differ.

    The past runs of a replicate are :func:`drawn`; fewer of them are the first ones. A model of them is fitted and plans as the
    policy ``plan`` does. It also predicts the losses at the end of schedules that no past run has: stable rates with each of
    :data:`pathlode.schedule.solvable.policies.DECAYS`. Their peaks start at the largest rate among the fewest runs, so these
    schedules are the same for every number, and none goes beyond a past rate.

    Args:
        task: name in :data:`pathlode.registry.SOLVABLE_TASKS`.
        replicates: numbers of the replicates.
        numbers: numbers of past runs.
        schedules: lists of the schedules from which the runs are drawn, names in :data:`pathlode.registry.POLICIES`, by name.
        config: settings of the models and plans, and the number of peaks that spans the range of rates.
        optimum: the task's least expected loss.
    """

    task: str
    replicates: Sequence[int]
    numbers: Sequence[int]
    schedules: Mapping[str, Sequence[str]]
    config: TrialConfig
    optimum: float

    def run(self) -> PlansFromPastRuns:
        """What plans reach, one row per list of schedules, number and replicate."""
        task: SolvableTask[Any] = SOLVABLE_TASKS[self.task]()
        tables = []
        for name, schedules in self.schedules.items():
            runs = drawn_runs(task, self.replicates, schedules, max(self.numbers), self.config.peaks)
            others = within(task, runs.rates[:, : min(self.numbers)])
            with torch.no_grad():
                truth = task.expected(others.flatten(0, 1)).unflatten(0, others.shape[:2]).log()
            for number in self.numbers:
                found = self._found(task, RatedRuns(runs.rates[:, :number], runs.losses[:, :number]), others, truth)
                facts: dict[str, Any] = {
                    "task": self.task,
                    "schedules": name,
                    "runs": number,
                    "seed": list(self.replicates),
                }
                tables.append(pd.DataFrame(facts | found | {"optimum": self.optimum}))
        return PlansFromPastRuns(pd.concat(tables, ignore_index=True))

    def _found(self, task: SolvableTask[Any], runs: RatedRuns, others: Tensor, truth: Tensor) -> dict[str, Any]:
        """Expected losses of the plans and of the best past runs, and the errors of the models."""
        model = QuadraticModes(runs, self.config.members)
        model.fit(runs)
        rates = torch.cat([plan(model, runs, PlanConfig(**self.config.plan)).rates, best(runs).rates])
        with torch.no_grad():
            planned, past = task.expected(rates).chunk(2)
            errors = (model.log_losses(others)[..., -1].mean(dim=0) - truth).abs()
        finite = torch.isfinite(errors)
        middle = errors.where(finite, torch.inf).quantile(0.5, dim=1, interpolation="lower")
        return {
            "loss": planned.numpy(),
            "best_past": past.numpy(),
            "error": middle.numpy(),
            "diverged": (~finite).sum(dim=1).numpy(),
        }


def within(task: SolvableTask[Any], rates: Tensor) -> Tensor:
    """Stable rates with a decay inside the range of runs with rates (replicate, run, step), (replicate, schedule, step)."""
    shapes = [stable_then_decay(task.steps, share) for share in DECAYS]
    return rates.amax(dim=(1, 2))[:, None, None] * at_peaks(shapes, halved(1.0, PREDICTED_PEAKS))


def drawn_runs(
    task: SolvableTask[Any], replicates: Sequence[int], schedules: Sequence[str], count: int, peaks: int
) -> RatedRuns:
    """So many runs in each replicate, with schedules drawn at random, and peaks drawn evenly in their logarithm.

    The peaks lie between the largest rate and that halved ``peaks - 1`` times. A replicate's peaks are the same with other
    schedules, and its first runs with another number.
    """
    seeds = seeds_of(replicates, SeedStream.DRAWN, RUNS_OF_A_STREAM)
    chosen = torch.stack([torch.rand(count, 2, generator=seeded(own[-1]), dtype=torch.float64) for own in seeds])
    shapes = torch.stack([shape(name, task.steps) for name in schedules])
    heights = task.largest * 0.5 ** ((peaks - 1) * chosen[..., :1])
    return trained(task, heights * shapes[(chosen[..., 1] * len(shapes)).long()], seeds[:, :count])
