"""A vector field with a network of its own for each component."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import uniform_parameter


class ComponentwiseField(VectorField):
    """dh_i/dτ = s · tanh(MLP_i(h)), with a network for each component i, bounded as
    :class:`pathlode.core.fields.bounded.BoundedField` is.

    No weight serves two components. So a penalty can cut h_j off from dh_i/dτ alone, by the first layer of MLP_i. In one
    network for all components the first layer can only drop h_j from all of them.

    Cost: as many networks as components, each of ``width`` and ``depth``, all at once. There is no compiled march: plain
    PyTorch takes the steps.

    Source: Bellot, Branson & van der Schaar 2022, Neural graphical modelling in continuous-time
    (https://arxiv.org/abs/2105.02522). The bound by tanh is our choice.
    """

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        sizes = (state, *[width] * depth, 1)
        self.networks = nn.ModuleList(_EachLinear(generators, state, *pair) for pair in itertools.pairwise(sizes))

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        *hidden, output = self.networks
        x = h[:, None]
        for layer in hidden:
            x = softplus(layer(x))
        return self.scale * output(x)[..., 0].mT.tanh()

    def weights(self) -> list[Tensor]:
        return [layer.each() for layer in self.networks if isinstance(layer, _EachLinear)]


class _EachLinear(nn.Module):
    """y = x W + b, from (member, component or 1, batch, inputs) to (member, component, batch, outputs).

    Parameters are matrices, as optimisers need them: those of all components one below the other.
    """

    def __init__(self, generators: Sequence[torch.Generator], components: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.shape = (len(generators), components, inputs, outputs)
        self.weight = uniform_parameter(generators, (components * inputs, outputs), inputs**-0.5)
        self.bias = uniform_parameter(generators, (components, outputs), inputs**-0.5)

    def each(self) -> Tensor:
        """W, (member, component, inputs, outputs)."""
        return self.weight.view(self.shape)

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.each() + self.bias[:, :, None]
