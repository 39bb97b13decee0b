"""A vector field that sees z0 all along the path."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedMLP


class ControlledField(VectorField):
    """dh/dτ = s · tanh(MLP(h, z0)): as :class:`pathlode.core.fields.bounded.BoundedField`, but with z0 as a second input.

    In the autonomous field, whatever tells one trajectory's law of motion from another's must be carried by h. Here it may
    be read from z0, which stays as it is. There is no compiled march: plain PyTorch takes the steps.
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
