"""A decoder of positive quantities."""

import torch

from pathlode.core.decoders.contract import Decoder
from pathlode.core.shapes import States, Values
from pathlode.core.stacked import StackedLinear


class SquareplusDecoder(StackedLinear, Decoder):
    """x / std = squareplus(y) with y = h W + b, for every member (Barron 2021, arXiv:2112.11687):

        squareplus(y) = (y + √(y² + 4)) / 2 = exp(arsinh(y / 2)).

    Values are positive. They are close to y where y is large, and to -1 / y where y is far below zero. Their gradient
    vanishes there like 1 / y², whereas that of softplus vanishes like exp(y). A quantity that training pushes to zero
    everywhere can therefore come back.
    """

    centred = False

    def forward(self, states: States) -> Values:
        return torch.exp(torch.asinh(super().forward(states) / 2))
