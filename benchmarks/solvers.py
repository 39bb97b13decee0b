"""Methods with steps of equal size, and the adjoint, beside each other: memory, time and error of a gradient.

Memory and time are those of one gradient of the papers' field, for a batch of 512 trajectories on one core, with the field
evaluations given at the top of their columns. The memory is what a process takes beyond that of a gradient of one step.

Errors are those of the gradient of a linear oscillator's end state, dy/dt = A y, with respect to A, relative to the norm of the
exact one, which the exponential of a matrix gives. All methods have as many evaluations: 20 per radian.

    make bench    writes results/benchmarks/solvers.csv and the table of docs/costs.md
"""

import ctypes
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import torch
import torchdiffeq
from keeping import keep, show
from torch import Tensor, nn

from pathlode.core.fields.bounded import BoundedField
from pathlode.core.solve import FixedStep, solve
from pathlode.registry import SOLVERS

ADJOINT = "torchdiffeq's adjoint, rk4"
STAGES = {"rk4": 4, "tsit5": 6, "alf": 1, "reversible_heun": 1, ADJOINT: 4}
"""Field evaluations per step."""
EVALUATIONS = (48, 240, 1200)
TIMED = 240
DAMPINGS = {"no damping": 0.0, "one damping time": 1.0, "four damping times": 4.0, "twelve damping times": 12.0}
"""Damping times in the window of the oscillator."""
PHASE = 24.0
"""Radians that it turns in the window."""
BATCH = 512
M_MMAP_THRESHOLD, M_MMAP_MAX = -3, -4  # of malloc.h


class Linear(nn.Module):
    """dy/dt = A y."""

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        self.matrix = nn.Parameter(matrix.clone())

    def forward(self, y: Tensor) -> Tensor:
        return y @ self.matrix.mT


def end(method: str, field: nn.Module, y0: Tensor, duration: float, evaluations: int) -> Tensor:
    """The state after a time, (member, batch, state)."""
    steps = evaluations // STAGES[method]
    if method == ADJOINT:
        times = torch.tensor([0.0, duration], dtype=y0.dtype)
        options = {"method": "rk4", "options": {"step_size": duration / steps}}
        found: Tensor = torchdiffeq.odeint_adjoint(
            lambda _, y: field(y), y0, times, adjoint_params=tuple(field.parameters()), **options
        )
        return found[-1]
    times = torch.full((y0.shape[1], 1), duration, dtype=y0.dtype)
    return solve(
        field, y0, times, start=torch.zeros(y0.shape[1], dtype=y0.dtype), solver=FixedStep(method, steps)
    ).states[:, :, 0]


def gradient_of_the_papers_field(method: str, evaluations: int) -> None:
    """One gradient in single precision."""
    field = BoundedField([torch.Generator().manual_seed(0)], state=10, width=20, depth=2)
    y0 = torch.randn(1, BATCH, 10, generator=torch.Generator().manual_seed(1))
    end(method, field, y0, 5.0, evaluations).square().sum().backward()


def in_a_child(measure: Callable[..., float], *given: Any) -> float:
    """What a function measures in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(measure, given)


def megabytes(method: str, evaluations: int) -> float:
    """Memory of a gradient beyond that of a gradient of one step, in MB."""
    gradient_of_the_papers_field(method, STAGES[method])
    for option, value in ((M_MMAP_THRESHOLD, 4096), (M_MMAP_MAX, 2**16)):  # what is freed then goes back at once
        ctypes.CDLL(None).mallopt(option, value)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gradient_of_the_papers_field(method, evaluations)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def milliseconds(method: str, evaluations: int) -> float:
    """Processor time of a gradient: the least of three."""
    gradient_of_the_papers_field(method, STAGES[method])
    taken = []
    for _ in range(3):
        started = time.process_time()
        gradient_of_the_papers_field(method, evaluations)
        taken.append(time.process_time() - started)
    return 1e3 * min(taken)


def error(method: str, dampings: float) -> float:
    """Relative error of the gradient for an oscillator, in double precision."""
    rate = dampings / PHASE
    matrix = torch.tensor([[-rate, 1.0], [-1.0, -rate]], dtype=torch.float64)
    y0, weights = torch.tensor([[[1.0, 0.0]]], dtype=torch.float64), torch.tensor([0.6, 0.8], dtype=torch.float64)
    field, exact = Linear(matrix), matrix.clone().requires_grad_()
    (end(method, field, y0, PHASE, round(20 * PHASE)) @ weights).sum().backward()
    (y0 @ torch.linalg.matrix_exp(exact * PHASE).mT @ weights).sum().backward()
    assert field.matrix.grad is not None
    assert exact.grad is not None
    return float((field.matrix.grad - exact.grad).norm() / exact.grad.norm())


def measured(method: str) -> dict[str, Any]:
    """A row of the table."""
    return {
        "method": method,
        **{f"MB, {count} evaluations": in_a_child(megabytes, method, count) for count in EVALUATIONS},
        f"ms, {TIMED} evaluations": in_a_child(milliseconds, method, TIMED),
        **{f"error, {name}": error(method, dampings) for name, dampings in DAMPINGS.items()},
    }


def main() -> None:
    """Measures all methods on one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    table = pd.DataFrame([measured(method) for method in (*SOLVERS, ADJOINT)])
    keep(table, "solvers")
    shown = table.map(
        lambda value: value if isinstance(value, str) else f"{value:.2g}" if value < 10 else f"{value:.0f}"
    )
    show(shown.to_markdown(index=False, disable_numparse=True), "solvers", "docs/costs.md")
    print(shown.to_string(index=False))


if __name__ == "__main__":
    main()
