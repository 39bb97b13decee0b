"""Quadratics under stochastic gradients, of which the mean squares of the weights are known exactly."""

import torch
from torch import Tensor

from pathlode.schedule.planning.recurrence import recurrence
from pathlode.schedule.solvable.contract import SolvableTask, every


class Quadratic(SolvableTask[Tensor]):
    """e_k ← (1 - η h_k)² e_k + η² v_k with the loss L = Σ h_k e_k / 2, for the rate η.

    e_k is the expected square of weight k's distance from the minimum, and the state. h_k is the curvature. The gradient's
    noise has the variance v_k = c_k + s_k e_k + r_k L.

    Args:
        curvature: h, (weight,).
        begin: e at the start, (weight,).
        noises: c, (weight,).
        own: s, (weight,); 0 if left out.
        shared: r, (weight,); 0 if left out.
    """

    def __init__(
        self, curvature: Tensor, begin: Tensor, noises: Tensor, own: Tensor | None = None, shared: Tensor | None = None
    ) -> None:
        self.curvature, self.begin, self.noises = curvature, begin, noises
        self.own, self.shared = (torch.zeros_like(noises) if part is None else part for part in (own, shared))

    def noise_of_gradient(self, squares: Tensor) -> Tensor:
        """v at weights with these mean squares, (run, weight)."""
        return self.noises + self.own * squares + self.shared * self.loss(squares)[:, None]

    def draw(self, generator: torch.Generator) -> Tensor:
        """What is random in a gradient: standard normal numbers, (weight,)."""
        return torch.randn(len(self.begin), generator=generator, dtype=self.dtype)

    def gradient(self, weights: Tensor, drawn: Tensor) -> Tensor:
        """A stochastic gradient at distances from the minimum (run, weight), given what was drawn for each run."""
        return self.curvature * weights + self.noise_of_gradient(weights.square()).sqrt() * drawn

    def start(self, seeds: Tensor) -> Tensor:
        return self.begin.expand(len(seeds), -1)

    def step(self, state: Tensor, rates: Tensor) -> Tensor:
        rate = rates[:, None]
        return (1 - rate * self.curvature).square() * state + rate.square() * self.noise_of_gradient(state)

    def loss(self, state: Tensor) -> Tensor:
        return state @ self.curvature / 2

    def losses(self, rates: Tensor, seeds: Tensor | None = None) -> Tensor:
        """As :meth:`SolvableTask.losses`; if a gradient is asked for, by the recurrence of the h_k e_k / 2, which has it in
        closed form."""
        if not rates.requires_grad:
            return super().losses(rates, seeds)
        half, rate = self.curvature / 2, rates.T[..., None]
        squared = rate.square()
        found = recurrence(
            (1 - rate * self.curvature).square() + squared * self.own,
            squared.expand(-1, -1, len(half)),
            half * self.begin,
            half * self.noises,
            half * self.shared,
            half.new_zeros(()),
        )
        return found.T[:, every(rates) - 1 :: every(rates)]
