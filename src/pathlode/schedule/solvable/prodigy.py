"""Prodigy on a network that is simulated."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pathlode.schedule.solvable.contract import FIRST_SCORED, SolvableTask, over_seeds
from pathlode.schedule.solvable.d_adaptation import FIRST_ESTIMATE
from pathlode.schedule.solvable.net import EPSILON, MEAN_DECAY, SQUARE_DECAY, Net, Student

DISTANCE_DECAY = SQUARE_DECAY**0.5
"""β₃, the authors' default."""


@dataclass(frozen=True)
class Estimating:
    """Runs between two steps.

    Attributes:
        student: the weights, and Adam's means of d g and (d g)².
        begun: weights at the start, (run, weight).
        moved: s, (run, weight).
        gained: r, (run,).
        estimate: d, (run,).
        coefficient: largest rate so far, (run,).
    """

    student: Student
    begun: Tensor
    moved: Tensor
    gained: Tensor
    estimate: Tensor
    coefficient: Tensor


class ProdigyNet(SolvableTask[Estimating]):
    """Adam with the rate d γ, where d estimates the distance to the solution.

    r ← β₃ r + (d/d₀) d γ ⟨g, x₀ - x⟩ and s ← β₃ s + (d/d₀) d γ g; then d ← max(d, a r / ‖s‖₁). Here γ is 1 at first, with
    Adam's correction of its bias, and a is the coefficient, by which the authors advise to tune. Of the rates of a run, the
    largest so far is a, and the share of it is γ.

    Args:
        task: the network whose training this is.

    Source: Mishchenko & Defazio 2024 (https://arxiv.org/abs/2306.06101), Prodigy with the steps of Adam.
    """

    def __init__(self, task: Net) -> None:
        self.task = task
        self.steps, self.largest, self.noise, self.dtype = task.steps, task.largest, task.noise, task.dtype  # type: ignore[misc]

    def start(self, seeds: Tensor) -> Estimating:
        student = self.task.start(seeds)
        zero = torch.zeros(len(seeds), dtype=torch.float64)
        estimate = torch.full_like(zero, FIRST_ESTIMATE)
        return Estimating(student, student.weights, torch.zeros_like(student.weights), zero, estimate, zero)

    def step(self, state: Estimating, rates: Tensor) -> Estimating:
        student, taken, d = state.student, state.student.taken + 1, state.estimate
        gradient, coefficient = self.task.gradient(student), torch.maximum(state.coefficient, rates)
        correction = (1 - SQUARE_DECAY**taken) ** 0.5 / (1 - MEAN_DECAY**taken)
        rate = d * rates / coefficient * correction
        share = d / FIRST_ESTIMATE * rate
        gained = DISTANCE_DECAY * state.gained + share * (gradient * (state.begun - student.weights)).sum(dim=1)
        moved = DISTANCE_DECAY * state.moved + _column(share, gradient) * gradient
        estimate = torch.maximum(d, coefficient * gained / moved.abs().sum(dim=1))
        scaled = _column(d, gradient) * gradient
        mean = MEAN_DECAY * student.mean + (1 - MEAN_DECAY) * scaled
        square = SQUARE_DECAY * student.square + (1 - SQUARE_DECAY) * scaled.square()
        size = square.sqrt() + _column(estimate, gradient) * EPSILON
        weights = student.weights - _column(rate, gradient) * mean / size
        student = replace(student, weights=weights, mean=mean, square=square, taken=taken)
        return Estimating(student, state.begun, moved, gained, estimate, coefficient)

    def loss(self, state: Estimating) -> Tensor:
        return self.task.loss(state.student)

    def expected(self, rates: Tensor) -> Tensor:
        return over_seeds(self, rates, FIRST_SCORED)


def _column(values: Tensor, like: Tensor) -> Tensor:
    """Values of runs, (run,), as a column of numbers of this type."""
    return values[:, None].to(like)
