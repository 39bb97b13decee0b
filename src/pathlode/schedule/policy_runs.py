"""The study of learning-rate policies: which setting each gets, what its runs come to, and what others learn from them."""

import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import DivergenceError
from pathlode.progress import Progress
from pathlode.registry import DATA_SETS, POLICIES
from pathlode.schedule.runs import RATE, Runs
from pathlode.schedule.sharpness import top_eigenvalue
from pathlode.schedule.tasks import Examples, Task
from pathlode.schedule.training import RunConfig, train

logger = logging.getLogger(__name__)

SHARPNESS_EXAMPLES, SHARPNESS_TOLERANCE = 100, 0.01
"""Training examples, the first ones, of whose loss the Hessian is, and the change of its eigenvalue that ends the iteration."""
TUNING, FINAL = "tuning", "final"
"""Phases of the study of one policy."""


@dataclass(frozen=True)
class Trained:
    """All runs of one policy on one task.

    Attributes:
        outcomes: one row a run: schedule, setting, phase, seed, test_last, test_best_val, val_last, sharpness (NaN in tuning),
            seconds.
        logs: one row a validation, as :class:`pathlode.schedule.runs.Runs` takes them, with schedule, setting, phase and seed.
        decisions: one row a decision, as :class:`pathlode.schedule.scheduler.Decision`, with the same.
    """

    outcomes: pd.DataFrame
    logs: pd.DataFrame
    decisions: pd.DataFrame


def read_task(entry: Mapping[str, Any], folder: Path, device: str = "cpu") -> Task:
    """A task from its entry in the configuration.

    Args:
        entry: ``data``, the name of the data set; ``examples``, what it takes; ``network``, one kind with its sizes.
        folder: that has a folder of the data set's name, with its files.
        device: of the examples.
    """
    data = DATA_SETS[entry["data"]](**entry["examples"]).read(folder / entry["data"])
    ((kind, sizes),) = entry["network"].items()
    return Task(data.to(device), kind, sizes)


def tune_and_train(
    task: Task,
    name: str,
    schedule: str,
    policy: str,
    settings: Mapping[str, Any],
    tuning_seeds: Sequence[int],
    seeds: Sequence[int],
    config: RunConfig,
    kept: Path | None = None,
) -> Trained:
    """Trains a task with every setting of a policy, and with the best one on further seeds.

    The best has the largest mean of the last validation accuracy. A single setting is not tuned. After each run all that is
    done is written to a file, and runs that are there already are not made again. The one under way has a checkpoint beside it.

    Args:
        task: what is trained.
        name: of the task, for its progress.
        schedule: what the tables call the policy.
        policy: name in :data:`pathlode.registry.POLICIES`.
        settings: by name.
        tuning_seeds: of the runs that choose.
        seeds: of those that count.
        config: of all runs.
        kept: the file, whose name should tell apart all that these runs depend on; None for none.

    Raises:
        CheckpointError: if the file cannot be read.
    """
    tried = settings if len(settings) > 1 else {}
    done: dict[str, Any] = {"outcomes": [], "logs": [], "decisions": []}
    if kept and kept.exists():
        done = load_tensors(kept)
        logger.info("continued from its checkpoint %s", kept)
    outcomes: list[dict[str, Any]] = []
    logs: list[pd.DataFrame] = []
    decisions: list[pd.DataFrame] = []
    some = Examples(*(tensor[:SHARPNESS_EXAMPLES] for tensor in (task.data.train.inputs, task.data.train.targets)))
    progress = Progress(f"{name}, {schedule}", len(tried) * len(tuning_seeds) + len(seeds))

    def add(setting: str, seed: int, phase: str) -> None:
        number = len(outcomes)
        if number < len(done["outcomes"]):
            outcomes.append(done["outcomes"][number])
            logs.append(pd.DataFrame(done["logs"][number]))
            decisions.append(pd.DataFrame(done["decisions"][number]))
            return
        under_way = kept and kept.with_stem(f"{kept.stem}-{number}")
        run = train(task, lambda training: POLICIES[policy](training, settings[setting]), seed, config, under_way)
        facts: dict[str, Any] = {"schedule": schedule, "setting": setting, "phase": phase, "seed": seed}
        sharpness = math.nan
        if phase == FINAL:
            with suppress(DivergenceError):
                sharpness = top_eigenvalue(run.network, task.loss, some, tolerance=SHARPNESS_TOLERANCE)
        scores = {"test_last": run.test_last, "test_best_val": run.test_best_val}
        scores |= {"val_last": float(run.log["val_metric"].iloc[-1]), "sharpness": sharpness, "seconds": run.seconds}
        outcomes.append(facts | scores)
        logs.append(run.log.assign(run_id=f"{schedule} {setting} seed {seed}", **facts))
        decisions.append(run.decisions.assign(**facts))
        progress(len(outcomes), f"runs, {setting}, seed {seed}: test accuracy {run.test_last:.3f}")
        if kept and under_way:
            tables = {"logs": logs, "decisions": decisions}
            columns = {name: [table.to_dict("list") for table in made] for name, made in tables.items()}
            save_tensors(kept, {"outcomes": outcomes, **columns})
            under_way.unlink(missing_ok=True)

    for setting in tried:
        for seed in tuning_seeds:
            add(setting, seed, TUNING)
    best = next(iter(settings))
    if tried:
        best = str(pd.DataFrame(outcomes).groupby("setting", sort=False)["val_last"].mean().idxmax())
    for seed in seeds:
        add(best, seed, FINAL)
    return Trained(pd.DataFrame(outcomes), *(pd.concat(made, ignore_index=True) for made in (logs, decisions)))


def swept(
    logs: pd.DataFrame, schedules: Sequence[str] | None = None, seeds: Sequence[int] | None = None
) -> pd.DataFrame:
    """The sweep: logs of the runs of tuning.

    Args:
        logs: as in :class:`Trained`.
        schedules: only these; None for all.
        seeds: only these; None for all.
    """
    kept = logs["phase"] == TUNING
    for column, chosen in (("schedule", schedules), ("seed", seeds)):
        kept &= logs[column].isin(chosen) if chosen is not None else True
    return logs[kept].reset_index(drop=True)


def learnable(sweep: pd.DataFrame, name: str) -> Runs:
    """The runs of a sweep that did not diverge.

    Args:
        sweep: as :func:`swept` gives it.
        name: of the sweep, for messages.

    Raises:
        DataError: if fewer than two are left.
    """
    finite = np.isfinite(sweep[["train_loss", "val_loss", "val_metric"]].to_numpy(float)).all(axis=1)
    diverged = sweep.loc[~finite, "run_id"].unique()
    return Runs(sweep[~sweep["run_id"].isin(diverged)].reset_index(drop=True), name)


def mixes(runs: Runs, points: int, count: int, seed: int) -> list[NDArray[np.float64]]:
    """Log rates of random linear mixes of schedules, (point,) each: Σ w log α, weights w uniform over all that sum to 1.

    Of every schedule the rates α of its best setting, by the mean of the last validation accuracy, are taken.

    Args:
        runs: of several schedules, as :func:`learnable` gives them.
        points: equally spaced moments of a run.
        count: number of mixes.
        seed: of the weights.
    """
    rates = runs.on_clock(points)[:, :, RATE]
    facts = (
        runs.table.groupby("run_id", sort=False)[["schedule", "setting", "val_metric"]].last().reset_index(drop=True)
    )
    by_setting = facts.groupby(["schedule", "setting"], sort=False)["val_metric"].mean()
    best = by_setting.groupby("schedule", sort=False).idxmax()
    chosen = [
        rates[((facts["schedule"] == schedule) & (facts["setting"] == setting)).to_numpy()].mean(axis=0)
        for schedule, setting in best
    ]
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(chosen)), count)
    return list(weights @ np.stack(chosen))
