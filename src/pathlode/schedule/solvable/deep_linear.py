"""A linear network of two layers, whose training is known in closed form."""

from typing import ClassVar

import torch
from torch import Tensor

from pathlode.schedule.solvable.contract import SolvableTask

START = 0.01
"""Strength a_0 of every mode at the start."""


class DeepLinear(SolvableTask[Tensor]):
    """Gradient flow of two layers from a small balanced start: a_i = s_i / (1 + (s_i / a_0 - 1) exp(-2 s_i C)).

    C is the sum of the rates so far, a_i the strength of mode i in the product of the layers, and s_i that in the data. The
    loss is Σ (s_i - a_i)² / 2, with s = 3, 2, 1 and 0.5. It depends on the sum of the rates alone and falls with it. So the
    best schedule has the largest rate at every step. A run has 200 steps with rates of at most 0.02.

    Source: Saxe et al. 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks
    (https://arxiv.org/abs/1312.6120).
    """

    steps: ClassVar[int] = 200
    largest: ClassVar[float] = 0.02

    def __init__(self) -> None:
        self.strengths = torch.tensor([3.0, 2.0, 1.0, 0.5], dtype=self.dtype)

    def start(self, seeds: Tensor) -> Tensor:
        return torch.zeros(len(seeds), dtype=self.dtype)

    def step(self, state: Tensor, rates: Tensor) -> Tensor:
        return state + rates

    def loss(self, state: Tensor) -> Tensor:
        decayed = (-2 * self.strengths * state[:, None]).exp()
        learnt = self.strengths / (1 + (self.strengths / START - 1) * decayed)
        return (self.strengths - learnt).square().sum(dim=1) / 2
