"""An encoder that interpolates the observations onto a grid and applies a perceptron."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import softplus

from pathlode.core.encoders.contract import Encoder
from pathlode.core.interpolation import interpolate
from pathlode.core.shapes import Mask, State, Times, Values
from pathlode.core.stacked import StackedMLP


class Interpolation(Encoder):
    """h = softplus(MLP(x(g_1), ... x(g_P))) for the observations interpolated linearly to a regular grid g of P times.

    The perceptron has two layers. The output depends little on a trajectory's sampling rate; a recurrent network's output
    depends on the number of samples. The grid spans √3 standard deviations of the training times about their mean, which is the
    whole window if they are spread evenly. Outside the observed times the grid takes the value of the nearest observation.

    Each feature is interpolated between its own observations, so the encoder always reads gaps. A feature that was never
    observed is 0 on the grid, its mean.

    Source: ours.
    """

    minds_counts = False
    POINTS = 140
    """Number of grid points. Heartbeats, the densest series here, have 280 samples; every other one suffices."""

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int, gaps: bool = False) -> None:
        super().__init__(generators, features, hidden, gaps=True)
        self.mlp = StackedMLP(generators, (self.POINTS * features, hidden, hidden))
        self.grid = nn.Buffer(torch.linspace(-(3**0.5), 3**0.5, self.POINTS))

    def forward(self, times: Times, values: Values, mask: Mask | None = None) -> State:
        return softplus(self.mlp(interpolate(times, values, self.grid, mask).flatten(2)))
