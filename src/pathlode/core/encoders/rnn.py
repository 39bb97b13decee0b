"""The plain recurrent network."""

import torch
from torch import Tensor

from pathlode.core.encoders.recurrent import Recurrent


class RNN(Recurrent):
    """Plain tanh recurrence: h' = tanh(W u + b + U h)  (Elman 1990)."""

    gates = 1
    compiled_cell = "rnn"

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        return torch.baddbmm(inputs, running, self.recurrent).tanh()
