"""Learning rates from past training runs: read their logs, fit a latent ODE to them, and train with its predictions.

Each name below is imported on first use, so tables of runs can be made without PyTorch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlode.schedule.algoperf_logs import read_algoperf as read_algoperf
    from pathlode.schedule.any_logs import read_logs as read_logs
    from pathlode.schedule.decisions import LookAheadConfig as LookAheadConfig
    from pathlode.schedule.fitting import fit as fit
    from pathlode.schedule.lightning_callback import LightningLookAhead as LightningLookAhead
    from pathlode.schedule.optuna_logs import read_optuna as read_optuna
    from pathlode.schedule.readers import read_mlflow as read_mlflow
    from pathlode.schedule.readers import read_tensorboard as read_tensorboard
    from pathlode.schedule.readers import read_wandb as read_wandb
    from pathlode.schedule.run_model import FitConfig as FitConfig
    from pathlode.schedule.run_model import RunModel as RunModel
    from pathlode.schedule.run_model import load_run_model as load_run_model
    from pathlode.schedule.runs import Runs as Runs
    from pathlode.schedule.runs import read_runs as read_runs
    from pathlode.schedule.scheduler import LatentODELR as LatentODELR
    from pathlode.schedule.table_logs import read_tables as read_tables
    from pathlode.schedule.trainer_callback import TrainerLookAhead as TrainerLookAhead
    from pathlode.schedule.trainer_logs import read_trainer_states as read_trainer_states

_HOMES = {
    "FitConfig": "run_model",
    "LatentODELR": "scheduler",
    "LightningLookAhead": "lightning_callback",
    "LookAheadConfig": "decisions",
    "RunModel": "run_model",
    "Runs": "runs",
    "TrainerLookAhead": "trainer_callback",
    "fit": "fitting",
    "load_run_model": "run_model",
    "read_algoperf": "algoperf_logs",
    "read_logs": "any_logs",
    "read_mlflow": "readers",
    "read_optuna": "optuna_logs",
    "read_runs": "runs",
    "read_tables": "table_logs",
    "read_tensorboard": "readers",
    "read_trainer_states": "trainer_logs",
    "read_wandb": "readers",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
