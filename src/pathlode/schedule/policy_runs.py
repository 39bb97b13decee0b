"""All runs of one learning-rate policy on one task: those that tune its setting, and those that are compared."""

import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from torch import nn

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import DivergenceError
from pathlode.progress import Progress
from pathlode.registry import POLICIES
from pathlode.schedule.artefacts import FINAL, TUNING, PolicyDecisions, PolicyLogs, PolicyOutcomes
from pathlode.schedule.sharpness import top_eigenvalue
from pathlode.schedule.tasks import Examples, Task
from pathlode.schedule.training import RunConfig, train

logger = logging.getLogger(__name__)

SHARPNESS_EXAMPLES, SHARPNESS_TOLERANCE = 100, 0.01
"""Number of first training examples whose loss gives the Hessian, and the change of the eigenvalue that ends the iteration."""


@dataclass(frozen=True)
class PolicyPlan:
    """The runs of a policy.

    Attributes:
        task: name of the task.
        schedule: the policy's name in tables.
        policy: name in :data:`pathlode.registry.POLICIES`.
        settings: candidate settings, by name; a single one is not tuned.
        tuning_seeds: seeds of the runs that choose among them.
        seeds: seeds of the runs that are compared.
        config: settings of all runs.
        seconds_learning: duration of the runs and fits that the policy has learnt from.
    """

    task: str
    schedule: str
    policy: str
    settings: Mapping[str, Any]
    tuning_seeds: Sequence[int]
    seeds: Sequence[int]
    config: RunConfig
    seconds_learning: float = 0.0


@dataclass(frozen=True)
class PolicyRuns:
    """The results of all runs."""

    outcomes: PolicyOutcomes
    logs: PolicyLogs
    decisions: PolicyDecisions

    def final(self, seed: int) -> pd.DataFrame:
        """The log of a seed's compared run."""
        logs = self.logs.table
        return logs[(logs["phase"] == FINAL) & (logs["seed"] == seed)]


def tune_and_train(task: Task, plan: PolicyPlan, kept: Path | None = None) -> PolicyRuns:
    """Trains a task with every setting of a policy, and with the best setting on further seeds.

    The best setting has the largest mean of the last validation accuracy. After each run, all finished runs are written to a
    file; runs in this file are not repeated. The current run has a checkpoint beside it.

    Args:
        task: the task.
        plan: settings and seeds of the runs.
        kept: the file; its name should differ for different settings, code or data. None keeps no file.

    Raises:
        CheckpointError: if the file cannot be read.
    """
    tried = list(plan.settings) if len(plan.settings) > 1 else []
    done: list[dict[str, Any]] = []
    if kept and kept.exists():
        done = load_tensors(kept)["runs"]
        logger.info("continued from its checkpoint %s", kept)
    runs: list[dict[str, Any]] = []
    progress = Progress(f"{plan.task}, {plan.schedule}", len(tried) * len(plan.tuning_seeds) + len(plan.seeds))

    def add(setting: str, phase: str, seed: int) -> None:
        number = len(runs)
        if number < len(done):
            runs.append(done[number])
            return
        under_way = kept and kept.with_stem(f"{kept.stem}-{number}")
        runs.append(_made(task, plan, setting, phase, seed, under_way))
        accuracy = runs[-1]["outcome"]["test_last"]
        progress(len(runs), f"runs, {setting}, seed {seed}: test accuracy {accuracy:.3f}")
        if kept and under_way:
            save_tensors(kept, {"runs": runs})
            under_way.unlink(missing_ok=True)

    for setting in tried:
        for seed in plan.tuning_seeds:
            add(setting, TUNING, seed)
    best = _best(runs) if tried else next(iter(plan.settings))
    for seed in plan.seeds:
        add(best, FINAL, seed)
    outcomes = pd.DataFrame([run["outcome"] for run in runs]).assign(seconds_learning=plan.seconds_learning)
    logs, decisions = ([row for run in runs for row in run[name]] for name in ("log", "decisions"))
    return PolicyRuns(
        PolicyOutcomes(outcomes),
        PolicyLogs(pd.DataFrame(logs)),
        PolicyDecisions(pd.DataFrame(decisions, columns=list(PolicyDecisions.columns))),
    )


def _best(runs: Sequence[Mapping[str, Any]]) -> str:
    """The first setting whose runs have the largest mean of the last validation accuracy."""
    outcomes = pd.DataFrame([run["outcome"] for run in runs])
    return str(outcomes.groupby("setting", sort=False)["val_last"].mean().idxmax())


def _made(task: Task, plan: PolicyPlan, setting: str, phase: str, seed: int, under_way: Path | None) -> dict[str, Any]:
    """One run: its row of the outcomes and its rows of the logs and decisions, as plain values."""
    made = POLICIES[plan.policy]
    run = train(task, lambda training: made(training, plan.settings[setting]), seed, plan.config, under_way)
    facts: dict[str, Any] = {
        "task": plan.task,
        "schedule": plan.schedule,
        "setting": setting,
        "phase": phase,
        "seed": seed,
    }
    scores = {
        "test_last": run.test_last,
        "test_best_val": run.test_best_val,
        "val_last": float(run.log["val_metric"].iloc[-1]),
        "sharpness": _sharpness(task, run.network) if phase == FINAL else math.nan,
        "seconds": run.seconds,
    }
    log = run.log.assign(run_id=f"{plan.schedule} {setting} seed {seed}", **facts)
    decisions = run.decisions.assign(**facts)
    return {"outcome": facts | scores, "log": log.to_dict("records"), "decisions": decisions.to_dict("records")}


def _sharpness(task: Task, network: nn.Module) -> float:
    """The Hessian's eigenvalue of largest magnitude at a network's weights; NaN if the training has diverged."""
    some = Examples(*(tensor[:SHARPNESS_EXAMPLES] for tensor in (task.data.train.inputs, task.data.train.targets)))
    with suppress(DivergenceError):
        return top_eigenvalue(network, task.loss, some, tolerance=SHARPNESS_TOLERANCE)
    return math.nan
