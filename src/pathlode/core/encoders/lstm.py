"""Long short-term memory."""

import torch
from torch import Tensor

from pathlode.core.encoders.recurrent import Recurrent


class LSTM(Recurrent):
    """h' = o ⊙ tanh(c') with c' = f ⊙ c + i ⊙ g, as in ``torch.nn.LSTM``.

    The gates are i, f, g, o = σ, σ, tanh, σ of (W u + b + U h).

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory (https://doi.org/10.1162/neco.1997.9.8.1735).
    """

    gates = 4
    carry = 2
    compiled_cell = "lstm"

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        hidden, cell = running.split(self.hidden, dim=-1)
        entry, forget, proposal, output = torch.baddbmm(inputs, hidden, self.recurrent).split(self.hidden, dim=-1)
        cell = forget.sigmoid() * cell + entry.sigmoid() * proposal.tanh()
        return torch.cat([output.sigmoid() * cell.tanh(), cell], dim=-1)
