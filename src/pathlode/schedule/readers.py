"""Readers of past runs from TensorBoard, Weights & Biases and MLflow, into one tidy table.

These and the readers of other modules take ``names``: the log's name of each column of :data:`pathlode.schedule.runs.COLUMNS`,
for example ``{"lr": "train/lr", "train_loss": "loss", "val_metric": "val/acc"}``. These three are required, the others
optional; the run and the step are in every log and cannot be named. If a loss is all that was logged, give its name to
``val_metric`` as well. A run that logged none of the named scalars is left out.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pathlode.errors import DataError
from pathlode.schedule.databases import refuse_other_database
from pathlode.schedule.logs import Log, join_logs, listed
from pathlode.schedule.run_files import ending, read_table, tables_in
from pathlode.schedule.runs import Runs


def need(package: str) -> None:
    """Refuses to read logs without the package that reads them.

    Raises:
        DataError: if it is not installed.
    """
    if importlib.util.find_spec(package) is None:
        raise DataError(
            f"{package} is not installed, but is needed to read its logs: pip install 'pathlode[{package}]'"
        )


def read_tensorboard(folder: Path, names: Mapping[str, str]) -> Runs:
    """Runs from event files of TensorBoard. This folder and each folder below it is one run if it holds event files.

    Args:
        folder: the folder that ``tensorboard --logdir`` takes.
        names: the tag of each column.

    Raises:
        DataError: if there are no event files, tensorboard is not installed, or
            :func:`pathlode.schedule.logs.join_logs` refuses the logs.
    """
    return join_logs(_tensorboard(folder), names, str(folder))


def _tensorboard(folder: Path) -> Iterator[Log]:
    need("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    def history(events: EventAccumulator, tag: str) -> pd.DataFrame:
        if tag in events.Tags()["scalars"]:
            points = [(event.step, event.value, event.wall_time) for event in events.Scalars(tag)]
        else:
            points = [
                (event.step, make_ndarray(event.tensor_proto).item(), event.wall_time) for event in events.Tensors(tag)
            ]
        return pd.DataFrame(points, columns=["step", "value", "time"])

    places = sorted({file.parent for file in folder.rglob("*tfevents*") if file.is_file()})
    if not places:
        raise DataError(f"{folder} holds no event files of TensorBoard, expected them there or in folders below it")
    for place in places:
        try:  # the slash at the end says that it is a folder, whatever its name
            events = EventAccumulator(f"{place}/", size_guidance={"scalars": 0, "tensors": 0}).Reload()
        except (OSError, ValueError) as error:
            raise DataError(f"{place} cannot be read by TensorBoard: {error}; move what is no event file") from error
        name = place.relative_to(folder).as_posix() if place != folder else folder.name
        if not any(events.Tags().values()):
            yield Log(name, name, [], pd.DataFrame, "its event files hold nothing that can be read")
            continue
        kinds = {tag: events.SummaryMetadata(tag).plugin_data.plugin_name for tag in events.Tags()["tensors"]}
        tags = [*events.Tags()["scalars"], *(tag for tag, kind in kinds.items() if kind == "scalars")]
        yield Log(name, name, tags, partial(history, events))


def read_wandb(source: Path, names: Mapping[str, str], step: str = "_step") -> Runs:
    """Runs from local files of Weights & Biases, or from exported histories; nothing is fetched from the network.

    The folder ``wandb`` of a training has a file ``run-*.wandb`` for each run, uploaded or not. The command
    ``wandb leet inspect --json`` reads them, and runs that failed or did not come to their end are left out. An exported
    history is a table (CSV, Parquet or JSON lines) of one run; the file's name is the run's name::

        for run in wandb.Api().runs("team/project"):
            pandas.DataFrame(run.scan_history()).to_csv(f"exported/{run.name}.csv")

    Args:
        source: one such file, or a folder that holds tables, or ``.wandb`` files at any depth.
        names: the metric of each column.
        step: the metric that counts optimiser steps. By default it is W&B's own count of calls of ``log``; with Lightning use
            ``trainer/global_step``.

    Raises:
        DataError: if there are no such files, one cannot be read, wandb is not installed, or
            :func:`pathlode.schedule.logs.join_logs` refuses them.
    """
    return join_logs(_wandb(source, step), names, str(source))


def _wandb(source: Path, step: str) -> Iterator[Log]:
    below = sorted(file for file in source.rglob("*.wandb") if file.is_file()) if source.is_dir() else []
    files = [*below, *tables_in(source)]
    if not files or not source.exists():
        raise DataError(f"{source} holds no runs of W&B, expected run-*.wandb files, or histories as CSV or Parquet")
    found: dict[str, list[_WandbPart]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for part in pool.map(_wandb_file, files):
            found.setdefault(part.run, []).append(part)
    for run, parts in found.items():
        title, table = parts[-1].title, pd.concat([part.history for part in parts], ignore_index=True)
        if table.empty:
            yield Log(run, title, [], pd.DataFrame, "it logged nothing")
            continue
        if step not in table:
            raise DataError(f"{source}: run {title!r} logged no {step!r}, only {listed(table)}; name its step metric")
        counted = table.dropna(subset=[step]).dropna(axis="columns", how="all")
        fault = parts[-1].fault if all(part.fault for part in parts) else None  # a resumed run may end well
        yield Log(run, title, [str(tag) for tag in counted], partial(_wandb_history, counted, step), fault)


@dataclass(frozen=True)
class _WandbPart:
    """A file of a run, which has several files if it was resumed.

    Attributes:
        run: the run's id.
        title: its displayed name.
        history: what was logged.
        fault: why this part is unfinished; None if it ended well, or if the file does not say so.
    """

    run: str
    title: str
    history: pd.DataFrame
    fault: str | None = None


def _wandb_file(file: Path) -> _WandbPart:
    if file.suffix != ".wandb":
        name = file.name.removesuffix(ending(file))
        return _WandbPart(name, name, read_table(file))
    need("wandb")
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", str(file)]
    quiet = {"WANDB_MODE": "offline", "WANDB_ERROR_REPORTING": "false"}
    done = subprocess.run(command, env=os.environ | quiet, capture_output=True, text=True)
    if done.returncode:
        raise DataError(f"{file} cannot be read ({done.stderr.strip()}), expected a run of W&B and wandb 0.31 or newer")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    run: dict[str, Any] = {"run_id": file.stem}
    for record in records:
        run |= record.get("run", {})
    history = pd.DataFrame([record["history"]["item"] for record in records if record["type"] == "history"])
    ends = [record["exit"].get("exit_code", 0) for record in records if record["type"] == "exit"]
    fault = (f"its exit code is {ends[-1]}" if ends[-1] else None) if ends else "it did not come to its end"
    return _WandbPart(run["run_id"], run.get("display_name", run["run_id"]), history, fault)


def _wandb_history(table: pd.DataFrame, step: str, tag: str) -> pd.DataFrame:
    times = table.get("_timestamp", np.nan)
    return pd.DataFrame({"step": table[step], "value": table[tag], "time": times}).dropna(subset=["value"])


def read_mlflow(uri: str, experiment: str, names: Mapping[str, str]) -> Runs:
    """Runs of one experiment of MLflow. Runs that failed, were killed or still run are left out.

    Args:
        uri: the tracking server or database, for example ``sqlite:///mlflow.db`` or ``http://localhost:5000``. MLflow reads a
            folder ``mlruns`` only if the environment variable ``MLFLOW_ALLOW_FILE_STORE`` is ``true``.
        experiment: name of the experiment.
        names: the metric of each column.

    Raises:
        DataError: if there is no such experiment, MLflow cannot read it or is not installed, or
            :func:`pathlode.schedule.logs.join_logs` refuses it.
    """
    return join_logs(_mlflow(uri, experiment), names, f"{uri} ({experiment})")


def _mlflow(uri: str, experiment: str) -> Iterator[Log]:
    need("mlflow")
    refuse_other_database(uri, "experiments", "MLflow")
    from mlflow import MlflowClient

    def history(run: str, tag: str) -> pd.DataFrame:
        metrics = client.get_metric_history(run, tag)
        points = [(metric.step, metric.value, metric.timestamp / 1000) for metric in metrics]
        return pd.DataFrame(points, columns=["step", "value", "time"])

    oldest = ["attributes.start_time ASC"]
    try:
        client = MlflowClient(uri)
        found = client.get_experiment_by_name(experiment)
        others = [each.name for each in client.search_experiments()]
        pages = [client.search_runs([found.experiment_id], order_by=oldest)] if found else []
        while pages and pages[-1].token:
            pages.append(client.search_runs([found.experiment_id], order_by=oldest, page_token=pages[-1].token))
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise DataError(f"{uri} cannot be read by MLflow: {reason}") from error
    if not found:
        raise DataError(f"{uri} holds no experiment {experiment!r}, expected one of {listed(others)}")
    for run in (run for page in pages for run in page):
        tags, history_of = list(run.data.metrics), partial(history, run.info.run_id)
        fault = None if run.info.status == "FINISHED" else f"its status is {run.info.status.lower()}"
        yield Log(run.info.run_id, run.info.run_name, tags, history_of, fault)
