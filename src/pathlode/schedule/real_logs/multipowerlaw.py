"""Trainings of language models under several schedules, from the multi-power law's authors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pathlode.errors import DataError
from pathlode.schedule.logs import listed
from pathlode.schedule.real_logs.contract import LoggedRun
from pathlode.schedule.run_files import read_table

LOG_COLUMNS = ("step", "lr", "loss")


def read_multipowerlaw(folder: Path, size: int, names: Sequence[str]) -> list[LoggedRun]:
    """Runs of a language model, from files ``csv_25/cosine_24000.csv`` with the columns :data:`LOG_COLUMNS`.

    The logs begin when the warm-up ends. Before, the rate counts as rising linearly from 0.

    Args:
        folder: of the files.
        size: millions of parameters.
        names: names of the runs.

    Raises:
        DataError: if a file cannot be read or lacks a column, or the run is refused by
            :class:`pathlode.schedule.real_logs.contract.LoggedRun`.

    Source: Luo et al. 2025, A multi-power law for loss curve prediction across learning rate schedules
    (https://arxiv.org/abs/2503.12811); logs of ``thu-yao-01-luo/MultiPowerLaw``.
    """
    return [_run(folder / f"csv_{size}" / f"{name}.csv", size, name) for name in names]


def _run(file: Path, size: int, name: str) -> LoggedRun:
    table = read_table(file)
    missing = [column for column in LOG_COLUMNS if column not in table]
    if missing:
        raise DataError(f"{file} has no column {missing[0]!r}, only {listed(table)}; expected {', '.join(LOG_COLUMNS)}")
    steps, rates, losses = (table[column].to_numpy(float) for column in LOG_COLUMNS)
    return LoggedRun(
        group=f"{size}M",
        name=name,
        settings=name,
        steps=steps,
        losses=losses,
        moments=np.concatenate([[0.0], steps]),
        rates=np.concatenate([[0.0], rates]),
    )
