"""The latent ODE's scheduler on solvable tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from pathlode.core.eager import eager
from pathlode.schedule.decisions import LookAheadConfig
from pathlode.schedule.fitting import fit_stacked
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.run_model import FitConfig, RunModel
from pathlode.schedule.runs import Runs
from pathlode.schedule.scheduler import LatentODELR
from pathlode.schedule.solvable.contract import LOGGED_MOMENTS, SolvableTask
from pathlode.schedule.solvable.policies import SeedStream, seeds_of


@dataclass(frozen=True)
class Steering:
    """Settings of the latent ODE's scheduler.

    Args:
        replicates: number of replicates, the first ones, in which it steers a training; 0 for none.
        fit: settings of the fits, as in :class:`pathlode.schedule.run_model.FitConfig`, without seed and mode.
        look_ahead: settings of the decisions by the name of the policy, as in
            :class:`pathlode.schedule.decisions.LookAheadConfig`, without the seed.
    """

    replicates: int
    fit: Mapping[str, Any]
    look_ahead: Mapping[str, Mapping[str, Any]]


def run_models(runs: RatedRuns, replicates: Sequence[int], fit: Mapping[str, Any]) -> list[RunModel]:
    """A latent ODE of each replicate's runs, with its number as seed. The loss is also the metric, of which the least is best.

    Args:
        runs: the past runs.
        replicates: numbers of the replicates.
        fit: as in :class:`Steering`.
    """
    tables = [tidy(*each) for each in zip(runs.rates, runs.losses, strict=True)]
    return fit_stacked(tables, FitConfig(**fit, mode="min"), replicates)


def steered(
    task: SolvableTask[Any], models: Sequence[RunModel], replicates: Sequence[int], look_ahead: Mapping[str, Any]
) -> Tensor:
    """Rates of a training in each replicate that the replicate's latent ODE steers, (replicate, step).

    The training logs its loss as past runs did, at the same moments and with the same noise.

    Args:
        task: the task.
        models: the latent ODEs, from :func:`run_models`.
        replicates: numbers of the replicates, the seeds of the decisions.
        look_ahead: settings of the decisions.
    """
    config, seeds = LookAheadConfig(**look_ahead), seeds_of(replicates, SeedStream.STEERED, 1)[:, 0]
    schedulers = [
        _scheduler(model, task.steps, replace(config, seed=number))
        for model, number in zip(models, replicates, strict=True)
    ]
    state, every, chosen, errors = task.start(seeds), task.steps // LOGGED_MOMENTS, [], task.errors(seeds)
    for step in range(1, task.steps + 1):
        rates = torch.tensor([scheduler.get_last_lr()[0] for scheduler in schedulers], dtype=torch.float64)
        state = task.step(state, rates)
        chosen.append(rates)
        moment, between = divmod(step, every)
        logged = [None] * len(replicates) if between else (task.loss(state) * errors[:, moment - 1]).tolist()
        for scheduler, loss in zip(schedulers, logged, strict=True):
            scheduler.optimizer.step()
            scheduler.step(loss=loss, metric=loss)
    return torch.stack(chosen, dim=1)


def tidy(rates: Tensor, losses: Tensor) -> Runs:
    """Runs as a table, with the loss as training loss and as metric.

    Args:
        rates: rates of all steps, (run, step).
        losses: losses at the moments, (run, moment).
    """
    every = rates.shape[1] // losses.shape[1]
    steps = torch.arange(every, rates.shape[1] + 1, every)
    tables = []
    for number, (rate, loss) in enumerate(zip(rates[:, steps - 1], losses, strict=True)):
        columns = {"step": steps, "lr": rate, "train_loss": loss, "val_metric": loss}
        tables.append(
            pd.DataFrame({name: values.numpy() for name, values in columns.items()}).assign(run_id=f"run {number}")
        )
    return Runs(pd.concat(tables, ignore_index=True))


def _scheduler(model: RunModel, steps: int, config: LookAheadConfig) -> LatentODELR:
    return LatentODELR(eager(torch.optim.SGD)([nn.Parameter(torch.zeros(1))], lr=1.0), model, steps, config)
