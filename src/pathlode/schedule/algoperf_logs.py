"""A reader of the published trainings of AlgoPerf's NAdamW baseline."""

import json
import math
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.logs import Log, join_logs, listed
from pathlode.schedule.run_files import read_table
from pathlode.schedule.runs import Runs

STEP_HINTS = {
    "criteo1tb": 10_666,
    "fastmri": 36_189,
    "imagenet_resnet": 186_666,
    "imagenet_vit": 186_666,
    "librispeech_conformer": 80_000,
    "librispeech_deepspeech": 48_000,
    "ogbg": 80_000,
    "wmt": 133_333,
}
"""Optimiser steps for which a schedule of each workload is made."""
MEASUREMENTS, HYPERPARAMETERS = "eval_measurements.csv", "hparams.json"
"""The files of a run."""


def read_algoperf(folder: Path, workload: str, names: Mapping[str, str]) -> Runs:
    """The runs of one workload, from folders ``study_0/WORKLOAD_jax/trial_1`` with :data:`MEASUREMENTS` and
    :data:`HYPERPARAMETERS`.

    The rate was not logged. It is that of :func:`warm_up_cosine`, with the run's ``learning_rate`` and ``warmup_factor``, and
    is called ``lr``. Runs that reached the target, or their time limit, end before the schedule does. They are left out only if
    most others took more steps, so all may end before the rates have fallen.

    Args:
        folder: of the studies.
        workload: one of :data:`STEP_HINTS`.
        names: the log's name of each column, for example
            ``{"train_loss": "train/loss", "val_metric": "validation/ssim"}``.

    Raises:
        ConfigError: if the workload is unknown.
        DataError: if the folder holds no runs of it, a file cannot be read, or :func:`pathlode.schedule.logs.join_logs` refuses
            the runs.

    Source: Kasimbeg et al. 2025, Accelerating neural network training: an analysis of the AlgoPerf competition
    (https://arxiv.org/abs/2502.15015); logs of ``mlcommons/submissions_algorithms``, schedule of
    ``mlcommons/algorithmic-efficiency``.
    """
    if workload not in STEP_HINTS:
        raise ConfigError(f"workload is {workload}, expected one of {listed(STEP_HINTS)}")
    return join_logs(_algoperf(folder, workload), {"lr": "lr"} | dict(names), f"{folder} ({workload})")


def warm_up_cosine(steps: "pd.Series[float]", peak: float, warm_up: float, total: int) -> "pd.Series[float]":
    """Rates at steps: linear from 0 to the peak over whole ``warm_up * total`` steps, then half a cosine to 0 at ``total``.

    Args:
        steps: optimiser steps taken.
        peak: largest rate.
        warm_up: share of the warm-up.
        total: steps of the schedule.
    """
    rising = int(warm_up * total)
    fall = ((steps - rising) / max(total - rising, 1)).clip(0, 1)
    return peak * (steps / max(rising, 1)).clip(upper=1) * (1 + np.cos(math.pi * fall)) / 2


def _algoperf(folder: Path, workload: str) -> Iterator[Log]:
    files = sorted(folder.glob(f"*/{workload}_*/*/{MEASUREMENTS}"))
    if not files:
        raise DataError(f"{folder} holds no runs of {workload}, expected study_0/{workload}_jax/trial_1/{MEASUREMENTS}")
    for file in files:
        try:
            settings = json.loads((file.parent / HYPERPARAMETERS).read_text())
            peak, warm_up = float(settings["learning_rate"]), float(settings["warmup_factor"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            place = file.parent / HYPERPARAMETERS
            raise DataError(f"{place} cannot be read ({error!r}), expected learning_rate and warmup_factor") from error
        table = read_table(file)
        if "global_step" not in table:
            raise DataError(f"{file} has no column 'global_step', only {listed(table)}")
        rates = warm_up_cosine(table["global_step"], peak, warm_up, STEP_HINTS[workload])
        name = f"{file.parts[-4]}/{file.parts[-2]}"
        yield Log(name, name, ["lr", *table], partial(_column, table.assign(lr=rates)))


def _column(table: pd.DataFrame, tag: str) -> pd.DataFrame:
    points = {"step": table["global_step"], "value": table[tag], "time": table.get("total_duration", np.nan)}
    return pd.DataFrame(points)
