"""The versions of a training step that ``make bench`` compares, those of JAX apart."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch
import torchdiffeq
import yaml
from torch import Tensor

from pathlode import LatentODE
from pathlode.core import kernels
from pathlode.core.solve import Adaptive, FixedStep, Solution
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.registry import SYSTEMS
from pathlode.training.experiment import Experiment
from pathlode.training.losses.path_length import PathLength

WEIGHT = 0.1
ROUNDS = 20


def stacked(model: LatentODE, members: int) -> LatentODE:
    """A stack in which every member has the first member's weights."""
    copy = LatentODE(model.config, range(members))
    shared = {name for name, _ in model.named_buffers() if "." in name}  # of parts; the units are each member's own
    weights = model.state_dict().items()
    copy.take({name: w if name in shared else w[:1].expand(members, *w.shape[1:]) for name, w in weights})
    return copy


def ours(
    model: LatentODE, times: Tensor, values: Tensor, solver: FixedStep | Adaptive, graph: bool = False
) -> Callable[[], None]:
    """A training step of our model, optionally as one graph of torch.compile."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    loss = PathLength(WEIGHT)

    def objective() -> Tensor:
        return loss(model, model(times, values, solver=solver, check=False), values).sum()

    compute = torch.compile(objective, dynamic=False) if graph else objective

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        compute().backward()
        optimiser.step()

    return step


def whole_step(name: str, members: int, scale: str = "systems") -> Callable[[], None]:
    """A step of the trainer at a system's sizes: batch, SOAP, clipping and schedule included.

    Args:
        name: key of ``systems``.
        members: models in the stack.
        scale: file in ``config`` whose values replace those of the default.
    """
    config, own = (
        yaml.safe_load(Path(f"config/{file}.yaml").read_text())["systems"][name] for file in ("systems", scale)
    )
    data = simulate(SYSTEMS[config["system"]](), SimulationConfig(**config["simulate"] | {"train": 500}))
    settings = config["train"] | own["train"] | {"steps": 10_000}
    seeds, parts = range(members), own.get("parts", {})
    experiment = Experiment(
        loss="path", weight=WEIGHT, learning_rate=0.01, seeds=seeds, sizes=config["sizes"], train=settings, **parts
    )
    return experiment.trainer(data.observed).step


def union_solve(tolerance: float) -> Callable[..., Solution]:
    """A replacement of our solver: torchdiffeq on one increasing grid for the whole batch, the union of all its times."""

    def solve(field: Any, y0: Tensor, times: Tensor, *, start: Tensor, **_: Any) -> Solution:
        elapsed = times.expand(len(y0), *times.shape[-2:]) - start[..., None]
        grid, position = elapsed.unique(return_inverse=True)
        solution = torchdiffeq.odeint(lambda t, y: field(y), y0, grid, rtol=tolerance, atol=tolerance, method="dopri5")
        member = torch.arange(y0.shape[0])[:, None, None]
        trajectory = torch.arange(y0.shape[1])[None, :, None]
        return Solution(solution[position, member, trajectory], torch.zeros(y0.shape[:2]))

    return solve


@dataclass
class Version:
    """One version; ``step`` is None if it does not work."""

    name: str
    tolerance: float | None
    error: float
    step: Callable[[], None] | None
    models: int = 1
    rounds: int = ROUNDS


def without_kernels(step: Callable[[], None]) -> Callable[[], None]:
    """The same step with plain PyTorch operations."""

    def unusable(*_: Tensor) -> bool:  # a plain function, which torch.compile can read
        return False

    def plain() -> None:
        with mock.patch.object(kernels, "usable", unusable):
            step()

    return plain


def as_graph(step: Callable[[], None], error: float) -> Version:
    """The version of torch.compile, compiled by its first step; its name gives the time of compilation, or that it failed."""
    name, started = "the same as one graph of torch.compile", time.perf_counter()
    print("compiling the graph of torch.compile, which takes minutes ...", flush=True)
    try:
        step()
    except (RuntimeError, ImportError) as failure:  # no C++ compiler, or a graph that this PyTorch cannot compile
        print(f"torch.compile does not work here: {str(failure).strip().splitlines()[0]}", flush=True)
        return Version(f"{name} (does not compile here)", None, math.nan, None)
    return Version(f"{name} (after {time.perf_counter() - started:.2g} s of compiling)", None, error, step)
