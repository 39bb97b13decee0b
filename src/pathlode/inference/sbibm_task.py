"""The Lotka-Volterra task of the benchmark sbibm: its prior, its simulator, and its observations.

The prior and the simulator are written anew, because the package simulates one trajectory after the other in Julia. The
observations are read from the package's files, and the package is not imported.

Source: Lueckmann et al. 2021, Benchmarking simulation-based inference (https://arxiv.org/abs/2101.04653).
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, LogNormal

from pathlode.dynamics.systems.lotka_volterra import LotkaVolterra
from pathlode.errors import DataError

TASK_PARAMETERS = ("alpha", "beta", "gamma", "delta")
"""Names of the task's parameters."""
_NOISE = 0.1
"""Standard deviation of the logarithm of an observation."""
TASK_OBSERVATIONS = 10
"""Number of the task's observations."""
_START = (30.0, 1.0)
_TIMES = 2.1 * np.arange(10)
_LEAST, _MOST = 1e-10, 1e4


def task_prior() -> Distribution:
    """Log-normal with the medians e^-0.125, e^-3, e^-0.125 and e^-3, and 0.5 as the standard deviation of each logarithm."""
    return Independent(LogNormal(torch.tensor([-0.125, -3.0, -0.125, -3.0]), 0.5), 1)


def populations(theta: Tensor) -> Tensor:
    """Ten numbers of prey and ten of predators, each 2.1 after the one before, from 30 and 1 on: (n, 4) -> (n, 20)."""
    rows = torch.cat([theta.double(), torch.tensor(_START, dtype=torch.float64).expand(len(theta), 2)], dim=1).numpy()
    found = LotkaVolterra().solution(rows, np.broadcast_to(_TIMES, (len(rows), len(_TIMES))))
    return torch.from_numpy(found).transpose(1, 2).flatten(1).clamp(_LEAST, _MOST)


def simulate_task(theta: Tensor) -> Tensor:
    """Observations with log-normal noise, (n, 4) -> (n, 20)."""
    exact = populations(theta)
    return (exact * (_NOISE * torch.randn(exact.shape, dtype=exact.dtype)).exp()).float()


def task_log_likelihood(theta: Tensor, x: Tensor) -> Tensor:
    """log p(x | θ) of one observation, (1, 20), for parameters (n, 4): (n,)."""
    return LogNormal(populations(theta).log(), _NOISE).log_prob(x.double()).sum(dim=1)


def task_observation(number: int) -> Tensor:
    """An observation of the task, 1 to 10, (1, 20).

    Raises:
        DataError: if there is no such observation, or the package's files are not installed.
    """
    if number not in range(1, TASK_OBSERVATIONS + 1):
        raise DataError(f"there is no observation {number}, expected 1 to {TASK_OBSERVATIONS}")
    package = find_spec("sbibm")
    if package is None or not package.submodule_search_locations:
        raise DataError(
            "the observations are files of the package sbibm, which is not installed: pip install --no-deps sbibm"
        )
    folder = Path(package.submodule_search_locations[0]) / "tasks/lotka_volterra/files"
    file = folder / f"num_observation_{number}" / "observation.csv"
    return torch.from_numpy(np.loadtxt(file, delimiter=",", skiprows=1, dtype=np.float32)[None])
