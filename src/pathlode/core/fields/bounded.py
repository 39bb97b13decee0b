"""The papers' vector field."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core import kernels
from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State, States, Times
from pathlode.core.solvers.tableaus import Tableau
from pathlode.core.stacked import StackedMLP


class BoundedField(VectorField):
    """The autonomous, bounded field dh/dτ = s · tanh(MLP(h)), with softplus hidden layers and a learnable scale s.

    Each component's speed is at most \\|s\\| per unit of *model* time τ, and s starts at 1. A window that is short in model
    time therefore limits how far the state can travel. :class:`pathlode.models.settings.ModelConfig` sets the unit of τ.

    Source: Sampson & Melchior 2025, sec. 2 (https://arxiv.org/abs/2410.08923).
    """

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        self.mlp = StackedMLP(generators, (state, *[width] * depth, state))

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        return self.scale * self.mlp(h).tanh()

    def weights(self) -> list[Tensor]:
        return self.mlp.weights()

    def march(self, tableau: Tableau, steps: int, step: Tensor, elapsed: Times, y0: State) -> States | None:
        """All steps of a Runge-Kutta method and their read-out in one compiled pass, or None if that cannot run.

        It is :meth:`pathlode.core.solvers.fixed.MarchingField.march`.
        """
        layers = self.mlp.tensors()
        if not kernels.usable(y0, step, elapsed, self.scale, *layers):
            return None
        return kernels.March.apply(tableau, steps, torch.is_grad_enabled(), step, elapsed, y0, self.scale, *layers)
