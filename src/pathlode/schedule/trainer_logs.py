"""A reader of past runs from the state files of Hugging Face's Trainer."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pathlode.errors import DataError
from pathlode.schedule.logs import Log, join_logs
from pathlode.schedule.runs import Runs, unfinished

TRAINER_STATE = "trainer_state.json"
"""Name of the files."""
TRAINER_NAMES = {"lr": "learning_rate", "train_loss": "loss"}
"""The trainer's names of columns."""


def read_trainer_states(folder: Path, names: Mapping[str, str]) -> Runs:
    """Runs from files ``trainer_state.json`` in a folder and the folders below it.

    Each checkpoint of a run (``checkpoint-500/trainer_state.json``) holds the whole history up to it; the longest counts. A run
    whose last checkpoint is far from its ``max_steps`` is left out as unfinished.

    Args:
        folder: the ``output_dir`` of several runs, or a folder of them.
        names: the name of the metric, for example ``{"val_metric": "eval_accuracy"}``, and of other columns; by default the
            rate and the loss have the names :data:`TRAINER_NAMES`.

    Raises:
        DataError: if there are no such files, one cannot be read, or :func:`pathlode.schedule.logs.join_logs` refuses them.
    """
    return join_logs(_states(folder), TRAINER_NAMES | dict(names), str(folder))


def _states(folder: Path) -> Iterator[Log]:
    longest: dict[Path, dict[str, Any]] = {}
    for file in sorted(folder.rglob(TRAINER_STATE)):
        place = file.parent.parent if re.fullmatch(r"checkpoint-\d+", file.parent.name) else file.parent
        state = _state_in(file)
        if place not in longest or len(state["log_history"]) > len(longest[place]["log_history"]):
            longest[place] = state
    if not longest:
        raise DataError(f"{folder} holds no history of Hugging Face's Trainer, expected files {TRAINER_STATE} below it")
    for place, state in longest.items():
        history = state["log_history"]
        name = place.relative_to(folder).as_posix() if place != folder else folder.name
        tags = sorted({tag for entry in history for tag in entry} - {"step"})
        fault = unfinished(state["global_step"], state["max_steps"]) if history else "its history has no step"
        yield Log(name, name, tags, partial(_points, history), fault)


def _state_in(file: Path) -> dict[str, Any]:
    try:
        state = dict(json.loads(file.read_text()))
        history = [dict(entry) for entry in state["log_history"]]
        ends = {name: int(state.get(name) or 0) for name in ("global_step", "max_steps")}
        return ends | {"log_history": [entry for entry in history if _is_number(entry.get("step"))]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(f"{file} cannot be read ({reason}), expected a state of Hugging Face's Trainer") from error


def _is_number(step: object) -> bool:
    return isinstance(step, Real) and math.isfinite(step)


def _points(history: list[dict[str, Any]], tag: str) -> pd.DataFrame:
    points = [(entry["step"], entry[tag], np.nan) for entry in history if tag in entry]
    return pd.DataFrame(points, columns=["step", "value", "time"])
