"""A vector field whose weights are Fourier series in the time."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedLinear

HARMONICS = 5
"""Harmonics m of the weights' Fourier series."""
PERIOD = 10.0
"""Period L of the weights in units of τ: the time that nearly all series last with the unit that
:func:`pathlode.forecasting.defaults.time_unit` chooses."""


class GalerkinField(VectorField):
    """dh/dτ = s · tanh(MLP(h; W(τ))) with W(τ) = W_0 + Σ_j (A_j cos(2π j τ / L) + B_j sin(2π j τ / L)), j = 1 ... m.

    All weights and biases of the network are such series. A_j and B_j start at 0, and W_0 as in
    :class:`pathlode.core.fields.bounded.BoundedField`, so the field starts as that autonomous one. m is :data:`HARMONICS` and
    L is :data:`PERIOD`.

    Beyond the training window the field is not learnt. It repeats after L, whatever the data did: a prediction at τ > L meets
    the weights of τ - L. If the window is shorter than L, the weights of the rest of the period are those of the series that
    fits the window. An observation's time since the first one must therefore mean the same in all trajectories, and predictions
    beyond the window are to be trusted only where the dynamics really have this period. The autonomous fields have no such
    limit.

    Cost: 2m + 1 times the weights and multiplications of BoundedField. There is no compiled march: plain PyTorch takes the
    steps.

    Source: Massaroli et al. 2020, Dissecting neural ODEs (https://arxiv.org/abs/2002.08071), its Galerkin neural ODE. The bound
    by tanh and the start at 0 are our choice.
    """

    takes_time = True

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        sizes = (state, *[width] * depth, state)
        self.layers = nn.ModuleList(_SeriesLinear(generators, *pair) for pair in itertools.pairwise(sizes))

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        assert time is not None
        waves = _waves(time)
        *hidden, output = self.layers
        for layer in hidden:
            h = softplus(layer(h, waves))
        return self.scale * output(h, waves).tanh()


class _SeriesLinear(nn.Module):
    """y = x W(τ) + b(τ): a layer with constant weights, and one on the products of (x, 1) with the waves."""

    def __init__(self, generators: Sequence[torch.Generator], inputs: int, outputs: int) -> None:
        super().__init__()
        self.constant = StackedLinear(generators, inputs, outputs)
        self.varying = nn.Parameter(torch.zeros(len(generators), 2 * HARMONICS * (inputs + 1), outputs))

    def forward(self, x: Tensor, waves: Tensor) -> Tensor:
        extended = torch.cat([x, torch.ones_like(x[..., :1])], dim=-1)
        products = (waves[..., :, None] * extended[..., None, :]).flatten(-2)
        y: Tensor = self.constant(x) + products @ self.varying
        return y


def _waves(time: Tensor) -> Tensor:
    """cos(2π j τ / L) and sin(2π j τ / L), j = 1 ... m, at τ, (member, batch, 1): (member, batch, 2m)."""
    numbers = torch.arange(1, HARMONICS + 1, dtype=time.dtype, device=time.device)
    phases = (2 * math.pi / PERIOD) * time * numbers
    return torch.cat([phases.cos(), phases.sin()], dim=-1)
