"""D-Adapted SGD on quadratics, by simulation."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.schedule.solvable.contract import FIRST_SCORED, SolvableTask, over_seeds, seeded
from pathlode.schedule.solvable.quadratic import Quadratic

FIRST_ESTIMATE = 1e-6
"""d at the start, the authors' default."""


@dataclass(frozen=True)
class Adapting:
    """Runs between two steps.

    Attributes:
        weights: x, the distances from the minimum, (run, weight).
        moved: s, (run, weight).
        squares: Σ λ² ‖g‖² so far, (run,).
        estimate: d, (run,).
        first: ‖g‖ of the first step, (run,); 0 before it.
        generators: of the gradients of every different seed; a step draws from them.
        place: place of each run's seed among these, (run,).
    """

    weights: Tensor
    moved: Tensor
    squares: Tensor
    estimate: Tensor
    first: Tensor
    generators: list[torch.Generator]
    place: Tensor


class DAdaptedSgd(SolvableTask[Adapting]):
    """x ← x₀ - s with s ← s + λ g and λ = d γ / ‖g₀‖, where d estimates the distance to the solution.

    d ← max(d, (‖s‖² - Σ λ² ‖g‖²) / ‖s‖), and γ is the rate, for which its authors advise a schedule with the peak 1. The
    estimate follows the gradients of a single run. So weights are simulated from the square roots of e at the start, and the
    expected loss is the mean over 32 seeds.

    Args:
        task: the quadratic whose training this is.

    Source: Defazio & Mishchenko 2023, Learning-rate-free learning by D-adaptation (https://arxiv.org/abs/2301.07733), SGD
    without momentum.
    """

    def __init__(self, task: Quadratic) -> None:
        self.task = task
        self.steps, self.largest, self.noise = task.steps, task.largest, task.noise  # type: ignore[misc]

    def start(self, seeds: Tensor) -> Adapting:
        different, place = seeds.unique(return_inverse=True)
        weights = self.task.begin.sqrt().expand(len(seeds), -1)
        zero = torch.zeros(len(seeds), dtype=self.dtype)
        estimate = torch.full_like(zero, FIRST_ESTIMATE)
        return Adapting(
            weights, torch.zeros_like(weights), zero, estimate, zero, [seeded(each) for each in different], place
        )

    def step(self, state: Adapting, rates: Tensor) -> Adapting:
        drawn = torch.stack([self.task.draw(generator) for generator in state.generators])
        gradient = self.task.gradient(state.weights, drawn[state.place])
        length = gradient.square().sum(dim=1)
        first = torch.where(state.first > 0, state.first, length.sqrt())
        share = state.estimate * rates / first
        moved = state.moved + share[:, None] * gradient
        squares = state.squares + share.square() * length
        whole = moved.square().sum(dim=1)
        estimate = torch.maximum(state.estimate, (whole - squares) / whole.sqrt())
        weights = self.task.begin.sqrt() - moved
        return Adapting(weights, moved, squares, estimate, first, state.generators, state.place)

    def loss(self, state: Adapting) -> Tensor:
        return self.task.loss(state.weights.square())

    def expected(self, rates: Tensor) -> Tensor:
        return over_seeds(self, rates, FIRST_SCORED)
