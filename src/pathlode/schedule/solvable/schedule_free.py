"""Schedule-free SGD on quadratics, exactly."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.schedule.solvable.contract import SolvableTask
from pathlode.schedule.solvable.quadratic import Quadratic

MOMENTUM = 0.9
"""β, the authors' default."""


@dataclass(frozen=True)
class Averaged:
    """Expected products of every weight's distances from the minimum, each (run, weight).

    Attributes:
        mean: E x² of the average x, which is evaluated.
        mixed: E x z.
        last: E z² of the iterate z.
        weight: sum of the squared largest rates so far, by which the average weighs iterates, (run,).
        largest: largest rate so far, (run,).
    """

    mean: Tensor
    mixed: Tensor
    last: Tensor
    weight: Tensor
    largest: Tensor


class ScheduleFreeSgd(SolvableTask[Averaged]):
    """y = (1 - β) z + β x; z ← z - η g(y); x ← (1 - c) x + c z, where g is the stochastic gradient, and η the rate.

    c is the share of the step's squared largest rate so far in their sum. On a quadratic, the gradient is h y with independent
    noise, so the mean squares and products of x and z follow exactly.

    Args:
        task: the quadratic whose training this is.

    Source: Defazio et al. 2024, The road less scheduled (https://arxiv.org/abs/2405.15682).
    """

    def __init__(self, task: Quadratic) -> None:
        self.task = task
        self.steps, self.largest, self.noise = task.steps, task.largest, task.noise  # type: ignore[misc]

    def start(self, seeds: Tensor) -> Averaged:
        begun, zero = self.task.start(seeds), torch.zeros(len(seeds), dtype=self.dtype)
        return Averaged(begun, begun, begun, zero, zero)

    def step(self, state: Averaged, rates: Tensor) -> Averaged:
        largest = torch.maximum(state.largest, rates)
        weight = state.weight + largest.square()
        share, rate = (largest.square() / weight)[:, None], rates[:, None]
        mean, mixed, last = state.mean, state.mixed, state.last
        squares = (1 - MOMENTUM) ** 2 * last + 2 * MOMENTUM * (1 - MOMENTUM) * mixed + MOMENTUM**2 * mean
        own, other = 1 - rate * self.task.curvature * (1 - MOMENTUM), -rate * self.task.curvature * MOMENTUM
        noise = rate.square() * self.task.noise_of_gradient(squares)
        last, mixed = own**2 * last + 2 * own * other * mixed + other**2 * mean + noise, own * mixed + other * mean
        kept = 1 - share
        averaged = kept**2 * mean + 2 * kept * share * mixed + share**2 * last
        return Averaged(averaged, kept * mixed + share * last, last, weight, largest)

    def loss(self, state: Averaged) -> Tensor:
        return self.task.loss(state.mean)
