"""A piecewise linear vector field."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pathlode.core.fields.contract import VectorField
from pathlode.core.fields.linear import LinearField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedLinear, uniform_parameter


class PiecewiseLinearField(VectorField):
    """dh/dτ = A h + c + W (φ(V h + b) - φ(V h)), with φ = max(0, ·) and ``width`` rows of V.

    It is linear between the planes V_k h = 0 and V_k h = -b_k. Its last term is bounded, so far from the data the speed grows
    linearly, and solutions stay finite at all times. Near them the speed has no bound, other than in
    :class:`pathlode.core.fields.bounded.BoundedField`. A starts as in :class:`pathlode.core.fields.linear.LinearField`.
    It has no ``depth``. There is no compiled march: plain PyTorch takes the steps.

    Source: Hess et al. 2023, Generalized teacher forcing for learning chaotic dynamics (https://arxiv.org/abs/2306.04406):
    their clipped shallow piecewise linear map, here as the right-hand side of an ODE, so times may be irregular. A is a full
    matrix, theirs a diagonal one.
    """

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.linear = LinearField(generators, state, width, depth)
        self.constant = uniform_parameter(generators, (1, state), state**-0.5)
        self.planes = StackedLinear(generators, state, width)
        self.slopes = uniform_parameter(generators, (width, state), width**-0.5)

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        above = self.planes(h)
        return self.linear(h) + self.constant + (above.relu() - (above - self.planes.bias).relu()) @ self.slopes
