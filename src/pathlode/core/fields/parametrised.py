"""A vector field with parameters that each trajectory has of its own."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from pathlode.core import kernels
from pathlode.core.shapes import State, States, Times
from pathlode.core.solvers.tableaus import Tableau
from pathlode.core.stacked import StackedMLP


class ParametrisedField(nn.Module):
    """dh/dτ = s · tanh(MLP(h, p)) and dp/dτ = 0, on states (h, p) of so many moving and static components.

    It is :class:`pathlode.core.fields.controlled.ControlledField` with its context p as a part of the state. So it has the
    compiled march of :class:`pathlode.core.fields.bounded.BoundedField`: a network whose last layer gives 0 for p.

    Args:
        generators: one random generator per member.
        moving: dimensions of h.
        static: dimensions of p.
        width: units of each hidden layer.
        depth: hidden layers.
    """

    def __init__(self, generators: Sequence[torch.Generator], moving: int, static: int, width: int, depth: int) -> None:
        super().__init__()
        self.static = static
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        self.mlp = StackedMLP(generators, (moving + static, *[width] * depth, moving))

    def forward(self, state: State) -> State:
        """The slope of states (member, batch, moving + static)."""
        return pad(self.scale * self.mlp(state).tanh(), (0, self.static))

    def march(self, tableau: Tableau, steps: int, step: Tensor, elapsed: Times, y0: State) -> States | None:
        """As :meth:`pathlode.core.fields.bounded.BoundedField.march`."""
        *inner, weight, bias = self.mlp.tensors()
        layers = [*inner, pad(weight, (0, self.static)), pad(bias, (0, self.static))]
        if not kernels.usable(y0, step, elapsed, self.scale, *layers):
            return None
        return kernels.March.apply(tableau, steps, torch.is_grad_enabled(), step, elapsed, y0, self.scale, *layers)
