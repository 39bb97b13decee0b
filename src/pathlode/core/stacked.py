"""Layers whose parameters are stacked along a leading ``member`` axis, so all seeds train in one process.

Every member draws its initial parameters from its own generator, in the same order as a stack of one would. A member
therefore starts where it would start alone, and its training agrees with training alone up to rounding.
"""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from pathlode.core import kernels


def uniform_parameter(generators: Sequence[torch.Generator], shape: tuple[int, ...], bound: float) -> nn.Parameter:
    r"""A parameter of shape (member, \*shape), each member's part drawn from U(-bound, bound) with its own generator."""
    draws = [torch.rand(shape, generator=generator).mul_(2 * bound).sub_(bound) for generator in generators]
    return nn.Parameter(torch.stack(draws))


class StackedLinear(nn.Module):
    """y = x W + b for every member: (member, rows, inputs) -> (member, rows, outputs).

    Args:
        generators: one random generator per member.
        inputs: width of x.
        outputs: width of y.
        bound: W and b start from U(-bound, bound); by default 1/sqrt(inputs), as in :class:`torch.nn.Linear`.
    """

    def __init__(
        self, generators: Sequence[torch.Generator], inputs: int, outputs: int, bound: float | None = None
    ) -> None:
        super().__init__()
        bound = inputs**-0.5 if bound is None else bound
        self.weight = uniform_parameter(generators, (inputs, outputs), bound)
        self.bias = uniform_parameter(generators, (1, outputs), bound)

    def forward(self, x: Tensor) -> Tensor:
        """Maps the last axis; axes between ``member`` and the last are kept."""
        members, *middle, inputs = x.shape
        rows = x.reshape(members, -1, inputs)
        if kernels.usable(x, self.weight, self.bias):
            y = kernels.Perceptron.apply(rows, self.weight, self.bias)
        else:
            y = torch.baddbmm(self.bias, rows, self.weight)
        return y.view(members, *middle, y.shape[-1])


class StackedMLP(nn.Module):
    """A multilayer perceptron for every member, with softplus between the layers and none after the last.

    Args:
        generators: one random generator per member.
        sizes: widths from input to output, for example (10, 20, 20, 10) for two hidden layers of 20.
    """

    def __init__(self, generators: Sequence[torch.Generator], sizes: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            StackedLinear(generators, inputs, outputs) for inputs, outputs in itertools.pairwise(sizes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(member, batch, inputs) -> (member, batch, outputs)."""
        if kernels.usable(x, *self.parameters()):
            members, *middle, inputs = x.shape
            y = kernels.Perceptron.apply(x.reshape(members, -1, inputs), *self.parameters())
            return y.view(members, *middle, y.shape[-1])
        *hidden, output = self.layers
        for layer in hidden:
            x = softplus(layer(x))
        return output(x)
