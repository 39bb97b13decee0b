"""The plain recurrent network."""

import torch
from torch import Tensor

from pathlode.core.encoders.recurrent import Recurrent


class RNN(Recurrent):
    """h' = tanh(W u + b + U h).

    Source: Elman 1990, Finding structure in time (https://doi.org/10.1207/s15516709cog1402_1).
    """

    gates = 1
    compiled_cell = "rnn"

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        return torch.baddbmm(inputs, running, self.recurrent).tanh()
