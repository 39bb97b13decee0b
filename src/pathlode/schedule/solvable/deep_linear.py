"""A linear network of two layers, whose training is known in closed form, with noise."""

from typing import ClassVar

import torch
from torch import Tensor

from pathlode.schedule.solvable.contract import SolvableTask, every
from pathlode.schedule.solvable.quadratic import Quadratic

START = 0.01
"""Strength a_0 of every mode at the start."""
NOISE = 1 / 40
"""Variance of the gradient's noise along a direction, in units of its curvature."""


class DeepLinear(SolvableTask[Tensor]):
    """Gradient flow of two layers from a small balanced start, a_i = s_i / (1 + (s_i / a_0 - 1) exp(-2 s_i C)), with noise.

    C is the sum of the rates so far, a_i the strength of mode i in the product of the layers, and s_i that in the data. At the
    minimum, the loss has the curvature h_i = 2 s_i along one direction of each mode, in which the noise of the gradient moves
    the weights: v_i ← (1 - η h_i)² v_i + η² h_i / 40 from v_i = 0, for the rate η. The loss is Σ (s_i - a_i)² / 2 +
    Σ h_i v_i / 2, with s = 3, 2, 1 and 0.5. Its first part depends on the sum of the rates alone and falls with it in steps,
    one for each mode. The noise takes the curvature at the minimum for that on the way. A run has 200 steps with rates of at
    most 0.15.

    Source: Saxe et al. 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks
    (https://arxiv.org/abs/1312.6120), for the first part; the noise is ours.
    """

    steps: ClassVar[int] = 200
    largest: ClassVar[float] = 0.15

    def __init__(self) -> None:
        self.strengths = torch.tensor([3.0, 2.0, 1.0, 0.5], dtype=self.dtype)
        curvature = 2 * self.strengths
        self.minimum = Quadratic(curvature, torch.zeros_like(curvature), NOISE * curvature)

    def start(self, seeds: Tensor) -> Tensor:
        """C, and v of each mode, (run, 1 + mode)."""
        return torch.zeros(len(seeds), 1 + len(self.strengths), dtype=self.dtype)

    def step(self, state: Tensor, rates: Tensor) -> Tensor:
        clock, noise = _parts(state)
        return torch.cat([clock + rates[:, None], self.minimum.step(noise, rates)], dim=1)

    def loss(self, state: Tensor) -> Tensor:
        clock, noise = _parts(state)
        return self._missing(clock) + self.minimum.loss(noise)

    def _missing(self, clock: Tensor) -> Tensor:
        """Σ (s_i - a_i)² / 2 at sums of rates (..., 1)."""
        decayed = (-2 * self.strengths * clock).exp()
        learnt = self.strengths / (1 + (self.strengths / START - 1) * decayed)
        return (self.strengths - learnt).square().sum(dim=-1) / 2

    def losses(self, rates: Tensor, seeds: Tensor | None = None) -> Tensor:
        clock = rates.cumsum(dim=1)[:, every(rates) - 1 :: every(rates)]
        return self._missing(clock[..., None]) + self.minimum.losses(rates, seeds)


def _parts(state: Tensor) -> tuple[Tensor, Tensor]:
    return state[:, :1], state[:, 1:]
