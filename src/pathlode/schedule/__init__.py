"""Learning rates from past training runs: read their logs, fit a latent ODE to them, and train with what it predicts."""

from pathlode.schedule.model import FitConfig, RunModel, fit, load_run_model
from pathlode.schedule.readers import read_mlflow, read_tensorboard, read_wandb
from pathlode.schedule.runs import Runs, read_runs
from pathlode.schedule.scheduler import LatentODELR, LookAheadConfig

__all__ = [
    "FitConfig",
    "LatentODELR",
    "LookAheadConfig",
    "RunModel",
    "Runs",
    "fit",
    "load_run_model",
    "read_mlflow",
    "read_runs",
    "read_tensorboard",
    "read_wandb",
]
