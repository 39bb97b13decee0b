"""Length of paths, compiled (``length.c``)."""

import ctypes
from ctypes import byref, c_float, c_int, c_void_p
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from pathlode.core.kernels.library import compiled, empty, laid_out


class _Length(ctypes.Structure):
    _fields_ = [
        *((name, c_int) for name in ("members", "batch", "points", "dimensions")),
        ("floor", c_float),
        *((name, c_void_p) for name in ("path", "scale")),
    ]


class Length(torch.autograd.Function):
    """Σ_i √max(‖(z_{i+1} - z_i) / s‖², floor) of every path, (member, batch).

    Arguments: paths z (member, batch, point, dimension), units s (member, 1, dimension), and the floor.
    """

    @staticmethod
    def forward(ctx: Any, path: Tensor, scale: Tensor, floor: float) -> Tensor:
        members, batch, points, dimensions = path.shape
        path, scale = path.contiguous(), laid_out(scale, members, 1, dimensions)
        ctx.plan = _Length(members, batch, points, dimensions, floor, path.data_ptr(), scale.data_ptr())
        ctx.save_for_backward(path, scale)
        lengths = empty(members, batch)
        compiled().length_forward(byref(ctx.plan), lengths.data_ptr())
        return lengths

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        path, scale = ctx.saved_tensors
        gradient, path_gradient, scale_gradient = (
            gradient.contiguous(),
            torch.empty_like(path),
            torch.zeros_like(scale),
        )
        addresses = (t.data_ptr() for t in (gradient, path_gradient, scale_gradient))
        compiled().length_backward(byref(ctx.plan), *addresses)
        return path_gradient, scale_gradient, None
