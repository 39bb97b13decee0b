"""Long short-term memory."""

import torch
from torch import Tensor

from pathlode.core.encoders.recurrent import Recurrent


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997), as in ``torch.nn.LSTM``:

    i, f, g, o = σ, σ, tanh, σ of (W u + b + U h),  c' = f ⊙ c + i ⊙ g,  h' = o ⊙ tanh(c').
    """

    gates = 4
    carry = 2
    compiled_cell = "lstm"

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        hidden, cell = running.split(self.hidden, dim=-1)
        entry, forget, proposal, output = torch.baddbmm(inputs, hidden, self.recurrent).split(self.hidden, dim=-1)
        cell = forget.sigmoid() * cell + entry.sigmoid() * proposal.tanh()
        return torch.cat([output.sigmoid() * cell.tanh(), cell], dim=-1)
