"""One door to past runs, whatever tool logged them."""

from collections.abc import Mapping
from pathlib import Path

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.optuna_logs import read_optuna
from pathlode.schedule.readers import read_mlflow, read_tensorboard, read_wandb
from pathlode.schedule.runs import Runs
from pathlode.schedule.table_logs import read_tables
from pathlode.schedule.trainer_logs import TRAINER_STATE, read_trainer_states

LOG_SOURCES = ("tables", "tensorboard", "wandb", "mlflow", "trainer", "optuna")
"""Tools that log."""
_MARKS = {"*tfevents*": "tensorboard", "*.wandb": "wandb", TRAINER_STATE: "trainer"}


def read_logs(
    place: str,
    names: Mapping[str, str],
    source: str | None = None,
    step: str | None = None,
    experiment: str | None = None,
) -> Runs:
    """Past runs from a folder, a file or an address.

    Args:
        place: folder or file of the logs, or the address of a database or server.
        names: the log's name of each column that has not the name of this package, as in :mod:`pathlode.schedule.readers`.
        source: one of :data:`LOG_SOURCES`; by default what the folder's files are of.
        step: name of the steps, for tables and W&B.
        experiment: name of MLflow's experiment or of Optuna's study.

    Raises:
        ConfigError: if the place is empty, the source is not recognised or unknown, an experiment or the metric of a Trainer is
            missing, or a step or experiment is given to a source without one.
        DataError: if there is nothing at the place, or the source's reader refuses the logs.
    """
    if not place:
        raise ConfigError("the place of the logs is empty, expected a folder, a file or an address")
    source = source or _source(place)
    if source not in LOG_SOURCES:
        raise ConfigError(f"source is {source}, expected one of {', '.join(LOG_SOURCES)}")
    for name, given, users in (("step", step, _STEPPED), ("experiment", experiment, _HOLDERS)):
        if given is not None and source not in users:
            raise ConfigError(f"{name} is {given}, but logs of {source} have none to name; remove it")
    if source not in _HOLDERS and not Path(place).exists():
        raise DataError(f"{place} does not exist, expected a folder or file of logs")
    if source in ("tensorboard", "trainer") and Path(place).is_file():
        raise DataError(f"{place} is a file, expected the folder that it is in, or one above")
    known = dict(names)
    if source == "trainer":
        if "val_metric" not in known:
            raise ConfigError(
                "metric is missing: give its name in the Trainer's history, for example eval_accuracy or loss"
            )
        return read_trainer_states(Path(place), known)
    known = {column: column for column in ("lr", "train_loss", "val_metric")} | known
    if source == "tensorboard":
        return read_tensorboard(Path(place), known)
    if source == "wandb":
        return read_wandb(Path(place), known, step or "_step")
    if source == "tables":
        return read_tables(Path(place), known, step or "step")
    if experiment is None:
        raise ConfigError(f"experiment is missing, expected the name of {_HOLDERS[source]}")
    return (read_mlflow if source == "mlflow" else read_optuna)(place, experiment, known)


_STEPPED = ("tables", "wandb")
_HOLDERS = {"mlflow": "an experiment of MLflow", "optuna": "a study of Optuna"}


def _source(place: str) -> str:
    path = Path(place)
    if "://" in place or path.suffix == ".db":
        raise ConfigError(f"source is missing: say whether {place} is of mlflow or optuna")
    if path.suffix == ".wandb":
        return "wandb"
    return next((source for mark, source in _MARKS.items() if any(map(Path.is_file, path.rglob(mark)))), "tables")
