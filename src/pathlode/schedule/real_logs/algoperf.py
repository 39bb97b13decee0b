"""Published trainings of AlgoPerf's NAdamW baseline on eight workloads, by the validation metric."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.algoperf_logs import HYPERPARAMETERS, MEASUREMENTS, STEP_HINTS, warm_up_cosine
from pathlode.schedule.logs import listed
from pathlode.schedule.real_logs.contract import LoggedRun
from pathlode.schedule.run_files import read_table

WORKLOAD_METRICS = {
    "criteo1tb": ("validation/loss", None),
    "fastmri": ("validation/ssim", 1.0),
    "imagenet_resnet": ("validation/accuracy", 1.0),
    "imagenet_vit": ("validation/accuracy", 1.0),
    "librispeech_conformer": ("validation/wer", None),
    "librispeech_deepspeech": ("validation/wer", None),
    "ogbg": ("validation/mean_average_precision", 1.0),
    "wmt": ("validation/bleu", 100.0),
}
"""Metric of each workload, and its largest value b if more is better. The loss is then 1 - metric / b, else the metric."""
TRIALS = range(1, 6)
"""Numbers of the settings, the same in all studies and for all workloads."""
UNTRAINED = 1
"""Step of the first measurement, before any training, which is left out."""
SCHEDULE_PARTS = 400
"""Parts of a schedule, between whose ends its rate is linear."""


def read_algoperf_metrics(folder: Path, workload: str, studies: Sequence[int]) -> list[LoggedRun]:
    """Runs of a workload, from ``study_0/WORKLOAD_jax/trial_1`` with the files of :mod:`pathlode.schedule.algoperf_logs`.

    The rates are those of :func:`pathlode.schedule.algoperf_logs.warm_up_cosine` up to the last measurement, at which the time
    was over or the target reached. Unlike :func:`pathlode.schedule.algoperf_logs.read_algoperf`, a few measurements are enough.

    Args:
        folder: of the studies.
        workload: one of :data:`WORKLOAD_METRICS`.
        studies: numbers of the studies.

    Raises:
        ConfigError: if the workload is unknown.
        DataError: if a file cannot be read or lacks a value, or :class:`pathlode.schedule.real_logs.contract.LoggedRun` refuses
            the run.

    Source: Kasimbeg et al. 2025, Accelerating neural network training: an analysis of the AlgoPerf competition
    (https://arxiv.org/abs/2502.15015); logs of ``mlcommons/submissions_algorithms``.
    """
    if workload not in WORKLOAD_METRICS:
        raise ConfigError(f"workload is {workload}, expected one of {listed(WORKLOAD_METRICS)}")
    return [
        _run(folder / f"study_{study}" / f"{workload}_jax" / f"trial_{trial}", workload, study, trial)
        for study in studies
        for trial in TRIALS
    ]


def _run(folder: Path, workload: str, study: int, trial: int) -> LoggedRun:
    metric, best = WORKLOAD_METRICS[workload]
    table = read_table(folder / MEASUREMENTS)
    missing = [column for column in ("global_step", metric) if column not in table]
    if missing:
        raise DataError(f"{folder / MEASUREMENTS} has no column {missing[0]!r}, only {listed(table)}")
    table = table[table["global_step"] > UNTRAINED].dropna(subset=[metric])
    steps, values = (table[column].to_numpy(float) for column in ("global_step", metric))
    try:
        settings = json.loads((folder / HYPERPARAMETERS).read_text())
        peak, warm_up = float(settings["learning_rate"]), float(settings["warmup_factor"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        place = folder / HYPERPARAMETERS
        raise DataError(f"{place} cannot be read ({error!r}), expected learning_rate and warmup_factor") from error
    total = STEP_HINTS[workload]
    moments = np.union1d(np.linspace(0.0, total, SCHEDULE_PARTS + 1), int(warm_up * total))
    return LoggedRun(
        group=workload,
        name=f"study_{study}/trial_{trial}",
        settings=f"trial_{trial}",
        steps=steps,
        losses=values if best is None else 1 - values / best,
        moments=moments,
        rates=np.asarray(warm_up_cosine(pd.Series(moments), peak, warm_up, total), dtype=np.float64),
    )
