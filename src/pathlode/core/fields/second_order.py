"""A vector field of second order in time."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedMLP


class SecondOrderField(VectorField):
    """dq/dτ = v and dv/dτ = s · tanh(MLP(q, v)) for h = (q, v), the two halves of the state, whose size must be even.

    The acceleration is bounded as the velocity of :class:`pathlode.core.fields.bounded.BoundedField` is: by \\|s\\|, which
    starts at 1. The velocity is not bounded. The initial velocity is part of h(0), so it follows from z0, and decoder and
    latent path read q and v. There is no compiled march: plain PyTorch takes the steps.

    Source: Norcliffe et al. 2020, On second order behaviour in augmented neural ODEs (https://arxiv.org/abs/2006.07220).
    """

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        self.mlp = StackedMLP(generators, (state, *[width] * depth, state // 2))

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        velocity = h[..., h.shape[-1] // 2 :]
        return torch.cat([velocity, self.scale * self.mlp(h).tanh()], dim=-1)
