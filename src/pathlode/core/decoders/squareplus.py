"""A decoder of positive quantities."""

import torch

from pathlode.core.decoders.contract import Decoder
from pathlode.core.shapes import States, Values
from pathlode.core.stacked import StackedLinear


class SquareplusDecoder(StackedLinear, Decoder):
    """x / std = (y + √(y² + 4)) / 2 = exp(arsinh(y / 2)) with y = h W + b, for every member.

    Values are positive. They are close to y where y is large, and to -1 / y where y is far below zero. Their gradient
    vanishes there like 1 / y², whereas that of softplus vanishes like exp(y). A quantity that training pushes to zero
    everywhere can therefore come back.

    Source: Barron 2021, Squareplus: a softplus-like algebraic rectifier (https://arxiv.org/abs/2112.11687).
    """

    centred = False

    def forward(self, states: States) -> Values:
        return torch.exp(torch.asinh(super().forward(states) / 2))
