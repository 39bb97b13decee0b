"""The gated recurrent unit."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.encoders.recurrent import Recurrent
from pathlode.core.stacked import uniform_parameter


class GRU(Recurrent):
    """h' = (1 - s) ⊙ n + s ⊙ h with n = tanh(W_n u + b_n + r ⊙ (U_n h + c)), as in ``torch.nn.GRU``.

    The gates are r = σ(W_r u + b_r + U_r h) and s = σ(W_s u + b_s + U_s h).

    Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder for statistical machine translation
    (https://arxiv.org/abs/1406.1078).
    """

    gates = 3
    compiled_cell = "gru"

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int, gaps: bool = False) -> None:
        super().__init__(generators, features, hidden, gaps)
        self.candidate_bias = uniform_parameter(generators, (1, hidden), hidden**-0.5)

    def parameters_in_order(self) -> tuple[nn.Parameter, ...]:
        return (*super().parameters_in_order(), self.candidate_bias)

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        split = 2 * self.hidden
        gates = torch.baddbmm(inputs[..., :split], running, self.recurrent[..., :split]).sigmoid()
        reset, update = gates.split(self.hidden, dim=-1)
        recalled = torch.baddbmm(self.candidate_bias, running, self.recurrent[..., split:])
        candidate = torch.addcmul(inputs[..., split:], reset, recalled).tanh()
        return torch.lerp(candidate, running, update)
