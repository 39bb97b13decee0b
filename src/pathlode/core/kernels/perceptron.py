"""Multilayer perceptrons on the rows of a tensor, compiled (``perceptron.c``)."""

import ctypes
import itertools
from collections.abc import Sequence
from ctypes import POINTER, byref, c_int, c_void_p
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from pathlode.core.kernels.library import compiled, empty, laid_out, pointers


class Network(ctypes.Structure):
    """``Network`` of ``network.h``."""

    _fields_ = [
        ("layers", c_int),
        ("sizes", POINTER(c_int)),
        ("weights", POINTER(c_void_p)),
        ("biases", POINTER(c_void_p)),
    ]


@dataclass(frozen=True)
class Layers:
    """Layers as the loops read them.

    Attributes:
        tensors: weight (member, inputs, outputs) and bias (member, 1, outputs) of each layer, row-major.
        sizes: widths from input to output.
    """

    tensors: Sequence[Tensor]
    sizes: Sequence[int]

    @classmethod
    def of(cls, inputs: int, members: int, tensors: Sequence[Tensor]) -> "Layers":
        """The layers of a network with so many inputs.

        Raises:
            DataError: if a tensor's shape does not fit.
        """
        sizes = [inputs, *(bias.shape[-1] for bias in tensors[1::2])]
        shapes = itertools.chain(*(((a, b), (1, b)) for a, b in itertools.pairwise(sizes)))
        return cls([laid_out(t, members, *shape) for t, shape in zip(tensors, shapes, strict=True)], sizes)

    def network(self) -> Network:
        """Their addresses; keep the tensors alive."""
        sizes = (c_int * len(self.sizes))(*self.sizes)
        return Network(len(self.sizes) - 1, sizes, pointers(self.tensors[::2]), pointers(self.tensors[1::2]))


class Perceptron(torch.autograd.Function):
    """A multilayer perceptron of every row, (member, row, outputs), with softplus between the layers.

    Arguments: rows (member, row, inputs), then weight and bias of each layer.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, *tensors: Tensor) -> Tensor:
        members, rows, inputs = x.shape
        x, layers = x.contiguous(), Layers.of(inputs, members, tensors)
        ctx.plan = _Perceptron(members, rows, layers.network())
        ctx.save_for_backward(x, *layers.tensors)
        y = empty(members, rows, layers.sizes[-1])
        compiled().perceptron_forward(byref(ctx.plan), x.data_ptr(), y.data_ptr())
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, *tensors = ctx.saved_tensors
        gradient, gradients = gradient.contiguous(), [torch.zeros_like(t) for t in tensors]
        x_gradient = torch.empty_like(x) if ctx.needs_input_grad[0] else None
        compiled().perceptron_backward(
            *(
                byref(ctx.plan),
                x.data_ptr(),
                gradient.data_ptr(),
                x_gradient if x_gradient is None else x_gradient.data_ptr(),
            ),
            *(pointers(gradients[::2]), pointers(gradients[1::2])),
        )
        return x_gradient, *gradients


class _Perceptron(ctypes.Structure):
    _fields_ = [("members", c_int), ("rows", c_int), ("network", Network)]
