"""The best possible schedules of solvable tasks."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from pathlode.schedule.planning.contract import RatedRuns, RateModel
from pathlode.schedule.planning.planner import PlanConfig, plan
from pathlode.schedule.solvable.contract import SolvableTask
from pathlode.schedule.solvable.shapes import at_peaks, halved, shape, stable_then_decay

LEAST = 1e-5
"""Least rate of an optimal schedule, as a share of the task's largest."""
STARTS = 3
"""Number of schedules from which the search starts."""


class Oracle(RateModel):
    """The task itself in place of a model of its runs, with the loss that the search makes small."""

    def __init__(self, task: SolvableTask[Any]) -> None:
        self.task = task

    def log_losses(self, rates: Tensor) -> Tensor:
        losses = self.task.searched(rates.flatten(0, 1)).unflatten(0, rates.shape[:2])
        return losses.log()[None, ..., None]

    def fit(self, runs: RatedRuns) -> None:
        """Nothing is fitted."""


@dataclass(frozen=True)
class Optimum:
    """The best schedule found.

    Attributes:
        rates: rates of all steps, (step,).
        loss: its expected loss.
        others: expected losses of the best schedules found from the other starts.
    """

    rates: Tensor
    loss: float
    others: list[float]


def optimum(task: SolvableTask[Any], iterations: int = 60, refinements: int = 60) -> Optimum:
    """The schedule with the least expected loss, by optimisation through the task from the best of several schedules.

    A plan of a few knots through the task comes first. The rates of all steps are then refined by L-BFGS from the plan and from
    other good schedules, if the expected loss is known exactly. Where it is a mean over seeds, the plan is the result, found
    with other seeds than those that score it, and its loss is a reference in place of a bound.

    Args:
        task: the task.
        iterations: steps of the plan; half as many where the loss is a mean over seeds.
        refinements: largest number of iterations of L-BFGS from each start.
    """
    shapes = [shape("constant", task.steps), shape("cosine", task.steps), stable_then_decay(task.steps, 0.1)]
    rates = at_peaks(shapes, halved(task.largest, 4))
    with torch.no_grad():
        losses = task.searched(rates)
    past = RatedRuns(rates[None], losses[None, :, None])
    steps = iterations if task.noise else -(-iterations // 2)  # a step through simulated trainings costs much more
    best = plan(Oracle(task), past, PlanConfig(STARTS - 1, steps, caution=0.0, trusted=len(rates)))
    if not task.noise:
        with torch.no_grad():
            return Optimum(best.rates[0], float(task.expected(best.rates)), [])
    starts = [best.rates[0], *rates[losses.argsort()[: STARTS - 1]]]
    found = [_refined(task, start, refinements) for start in starts]
    (loss, chosen), *others = sorted(found, key=lambda pair: pair[0])
    return Optimum(chosen.detach(), loss, [other for other, _ in others])


def _refined(task: SolvableTask[Any], start: Tensor, refinements: int) -> tuple[float, Tensor]:
    """Least expected loss and the rates, by L-BFGS in the log rates from a start."""
    low, high = math.log(LEAST * task.largest), math.log(task.largest)

    def objective(logs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        free = torch.from_numpy(logs).requires_grad_()
        value = task.expected(free.exp()[None])[0].log()
        (gradient,) = torch.autograd.grad(value, free)
        return float(value.detach()), gradient.numpy()

    first = start.detach().log().clamp(low, high).numpy()
    end = minimize(
        objective,
        first,
        jac=True,
        method="L-BFGS-B",
        bounds=[(low, high)] * len(first),
        options={"maxiter": refinements},
    )
    return math.exp(end.fun), torch.from_numpy(end.x).exp()
