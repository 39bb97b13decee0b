"""A vector field that depends on z0."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedMLP


class ControlledField(VectorField):
    """dh/dτ = s · tanh(MLP(h, z0)).

    It is :class:`pathlode.core.fields.bounded.BoundedField` with z0 as a second input.
    In the autonomous field, h must carry all that distinguishes one trajectory's dynamics from another's. Here the field can
    read it from z0, which is constant along the path. There is no compiled march: plain PyTorch takes the steps.

    Source: Massaroli et al. 2020, Dissecting neural ODEs (https://arxiv.org/abs/2002.08071), its data-controlled neural ODE.
    There, the field reads the input itself, and here, what an encoder makes of it.
    """

    takes_context = True

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        self.mlp = StackedMLP(generators, (state + latent, *[width] * depth, state))

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        assert context is not None
        return self.scale * self.mlp(torch.cat([h, context], dim=-1)).tanh()
