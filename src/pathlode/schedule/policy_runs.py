"""All runs of one learning-rate policy on one task. In every replicate some tune its setting, and one is compared."""

import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from torch import nn

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import DivergenceError
from pathlode.progress import Progress
from pathlode.registry import POLICIES
from pathlode.schedule.artefacts import FINAL, TUNING, PolicyDecisions, PolicyLogs, PolicyOutcomes
from pathlode.schedule.sharpness import top_eigenvalue
from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Examples
from pathlode.schedule.training import RunConfig, train

logger = logging.getLogger(__name__)

FINAL_REPEAT = 0
"""The ``repeat`` of the run that is compared; those of tuning count from 1."""
SHARPNESS_TOLERANCE = 0.01
"""Change of the Hessian's eigenvalue that ends the iteration."""


@dataclass(frozen=True)
class PolicyPlan:
    """The runs of a policy in one replicate.

    Attributes:
        task: name of the task.
        schedule: the policy's name in tables.
        policy: name in :data:`pathlode.registry.POLICIES`.
        settings: candidate settings, by name; a single one is not tuned.
        seed: number of the replicate.
        repeats: number of runs of every setting that choose among them.
        config: settings of all runs.
        sharpness_examples: number of first training examples whose loss gives the Hessian.
        seconds_learning: duration of the runs and fits that the policy has learnt from.
        swept: whether policies learn from the tuning runs; if not, only the last row of these runs' logs is made.
    """

    task: str
    schedule: str
    policy: str
    settings: Mapping[str, Any]
    seed: int
    repeats: int
    config: RunConfig
    sharpness_examples: int = 100
    seconds_learning: float = 0.0
    swept: bool = True

    @property
    def tuning(self) -> list[tuple[str, int]]:
        """Setting and repeat of every run that chooses the setting."""
        several = self.settings if len(self.settings) > 1 else ()
        return list(product(several, range(1, self.repeats + 1)))


@dataclass(frozen=True)
class PolicyRuns:
    """The results of all runs."""

    outcomes: PolicyOutcomes
    logs: PolicyLogs
    decisions: PolicyDecisions

    def final(self, seed: int) -> pd.DataFrame:
        """The log of a replicate's compared run."""
        logs = self.logs.table
        return logs[(logs["phase"] == FINAL) & (logs["seed"] == seed)]


def tune_and_train(task: Task, plans: Sequence[PolicyPlan], kept: Path | None = None) -> PolicyRuns:
    """In every replicate, trains a task with every setting of a policy, and once more with the replicate's best setting.

    The best setting has the largest mean of the last validation accuracy. After each run, all finished runs are written to a
    file; runs in this file are not repeated. The current run has a checkpoint beside it.

    Args:
        task: the task.
        plans: the runs of each replicate.
        kept: the file; its name should differ for different settings, code or data. None keeps no file.

    Raises:
        CheckpointError: if the file cannot be read.
    """
    done: list[dict[str, Any]] = []
    if kept and kept.exists():
        done = load_tensors(kept)["runs"]
        logger.info("continued from its checkpoint %s", kept)
    runs: list[dict[str, Any]] = []
    progress = Progress(f"{plans[0].task}, {plans[0].schedule}", sum(len(plan.tuning) + 1 for plan in plans))

    def add(plan: PolicyPlan, setting: str, repeat: int) -> None:
        number = len(runs)
        if number < len(done):
            runs.append(done[number])
            return
        under_way = kept and kept.with_stem(f"{kept.stem}-{number}")
        runs.append(_made(task, plan, setting, repeat, under_way))
        accuracy = runs[-1]["outcome"]["val_last"]
        progress(len(runs), f"runs, {setting}, replicate {plan.seed}: validation accuracy {accuracy:.3f}")
        if kept and under_way:
            save_tensors(kept, {"runs": runs})
            under_way.unlink(missing_ok=True)

    for plan in plans:
        before = len(runs)
        for setting, repeat in plan.tuning:
            add(plan, setting, repeat)
        add(plan, _best(runs[before:]) if plan.tuning else next(iter(plan.settings)), FINAL_REPEAT)
    outcomes = pd.DataFrame([run["outcome"] for run in runs])
    logs, decisions = ([row for run in runs for row in run[name]] for name in ("log", "decisions"))
    return PolicyRuns(
        PolicyOutcomes(outcomes),
        PolicyLogs(pd.DataFrame(logs)),
        PolicyDecisions(pd.DataFrame(decisions, columns=list(PolicyDecisions.columns))),
    )


def run_seed(replicate: int, repeat: int) -> int:
    """Seed of a run's weights, batches and policy. Runs of all policies and settings in a replicate share that of their repeat.

    It is the replicate's number for the compared run.
    """
    return (
        replicate if repeat == FINAL_REPEAT else int(np.random.SeedSequence([replicate, repeat]).generate_state(1)[0])
    )


def _best(runs: Sequence[Mapping[str, Any]]) -> str:
    """The first setting whose runs have the largest mean of the last validation accuracy."""
    outcomes = pd.DataFrame([run["outcome"] for run in runs])
    return str(outcomes.groupby("setting", sort=False)["val_last"].mean().idxmax())


def _made(task: Task, plan: PolicyPlan, setting: str, repeat: int, under_way: Path | None) -> dict[str, Any]:
    """One run: its row of the outcomes and its rows of the logs and decisions, as plain values. Tuning sees no test example."""
    made, seed, final = POLICIES[plan.policy], run_seed(plan.seed, repeat), repeat == FINAL_REPEAT
    run = train(
        task,
        lambda training: made(training, plan.settings[setting]),
        seed,
        plan.config,
        under_way,
        tested=final,
        logged=final or plan.swept,
    )
    facts: dict[str, Any] = {
        "task": plan.task,
        "schedule": plan.schedule,
        "setting": setting,
        "phase": FINAL if final else TUNING,
        "seed": plan.seed,
        "repeat": repeat,
    }
    scores = {
        "test_last": run.test_last,
        "test_best_val": run.test_best_val,
        "predictions": task.data.test.predictions,
        "frequent": task.data.frequent,
        "val_last": float(run.log["val_metric"].iloc[-1]),
        "sharpness": _sharpness(task, run.network, plan.sharpness_examples) if final else math.nan,
        "seconds": run.seconds,
        "seconds_validating": run.seconds_validating,
        "seconds_learning": plan.seconds_learning,
    }
    log = run.log.assign(run_id=f"{plan.schedule} {setting} replicate {plan.seed} run {repeat}", **facts)
    decisions = run.decisions.assign(**facts)
    return {"outcome": facts | scores, "log": log.to_dict("records"), "decisions": decisions.to_dict("records")}


def _sharpness(task: Task, network: nn.Module, examples: int) -> float:
    """The Hessian's eigenvalue of largest magnitude at a network's weights; NaN if the training has diverged."""
    some = Examples(*(tensor[:examples] for tensor in (task.data.train.inputs, task.data.train.targets)))
    with suppress(DivergenceError):
        return top_eigenvalue(network, task.loss, some, tolerance=SHARPNESS_TOLERANCE)
    return math.nan
