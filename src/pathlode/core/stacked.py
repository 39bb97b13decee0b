"""Layers whose parameters are stacked along a leading ``member`` axis, so all members train in one process.

Every member draws its initial parameters from its own generator, in the same order as a stack of one would. A member
therefore starts where it would start alone, and its training agrees with training alone up to rounding.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from pathlode.core import kernels
from pathlode.core.kernels import optimise
from pathlode.core.shapes import PerMember


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

    def tensors(self) -> list[Any]:
        """Weight and bias of each layer, in order."""
        return [tensor for layer in self.layers for tensor in (layer.weight, layer.bias)]

    def weights(self) -> list[Tensor]:
        """Weight of each layer, in order, (member, 1, inputs, outputs)."""
        return [weight[:, None] for weight in self.tensors()[::2]]

    def forward(self, x: Tensor) -> Tensor:
        """(member, batch, inputs) -> (member, batch, outputs)."""
        if kernels.usable(x, *(tensors := self.tensors())):
            members, *middle, inputs = x.shape
            y = kernels.Perceptron.apply(x.reshape(members, -1, inputs), *tensors)
            return y.view(members, *middle, y.shape[-1])
        *hidden, output = self.layers
        for layer in hidden:
            x = softplus(layer(x))
        return output(x)


def member_norms(tensors: Sequence[Tensor]) -> PerMember:
    """Euclidean norm of each member's numbers over all tensors, whose first axis is the member."""
    if optimise.stackable(*tensors):
        return optimise.norms(tensors)
    return torch.cat([t.flatten(1) for t in tensors], dim=1).norm(dim=1)


def scale_members(tensors: Sequence[Tensor], factors: PerMember) -> None:
    """Multiplies each member's numbers by its factor, in place."""
    if optimise.stackable(*tensors, factors):
        optimise.scale(tensors, factors)
        return
    for tensor in tensors:
        tensor.mul_(factors.view(-1, *[1] * (tensor.ndim - 1)))
