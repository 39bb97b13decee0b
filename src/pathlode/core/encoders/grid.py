"""Observations interpolated onto a grid, and a perceptron."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import softplus

from pathlode.core.encoders.contract import Encoder
from pathlode.core.interpolation import interpolate
from pathlode.core.shapes import State, Times, Values
from pathlode.core.stacked import StackedMLP


class Interpolation(Encoder):
    """The observations, linearly interpolated onto a regular grid, through a perceptron of two layers with softplus.

    What it makes of a trajectory depends little on how often it was sampled, where a recurrent network counts samples.
    The grid spans √3 standard deviations of the training times about their mean, which is the whole window if they are
    spread evenly. Outside the observations the nearest one's value holds.
    """

    POINTS = 140
    """Of the grid: heartbeats, the densest series here, have 280 samples, of which every other holds what matters."""

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int) -> None:
        super().__init__(generators, features, hidden)
        self.mlp = StackedMLP(generators, (self.POINTS * features, hidden, hidden))
        self.grid = nn.Buffer(torch.linspace(-(3**0.5), 3**0.5, self.POINTS))

    def forward(self, times: Times, values: Values) -> State:
        return softplus(self.mlp(interpolate(times, values, self.grid).flatten(2)))
