"""Runge-Kutta steps of a bounded field and the read-out of their solution, compiled (``march.c``)."""

import ctypes
from ctypes import byref, c_int, c_void_p
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from pathlode.core.kernels.library import Tape, compiled, empty, laid_out, pointers
from pathlode.core.kernels.perceptron import Layers, Network
from pathlode.core.solvers.tableaus import Tableau
from pathlode.errors import DataError


class _March(ctypes.Structure):
    _fields_ = [
        ("members", c_int),
        ("batch", c_int),
        ("steps", c_int),
        ("points", c_int),
        ("remember", c_int),
        ("field", Network),
        ("scale", c_void_p),
        ("stages", c_int),
        ("degree", c_int),
        ("a", c_void_p),
        ("b", c_void_p),
        ("dense", c_void_p),
        ("step", c_void_p),
        ("elapsed", c_void_p),
    ]


@cache
def _coefficients(tableau: Tableau) -> tuple[Tensor, Tensor, Tensor]:
    stages = len(tableau.b)
    a = [[0.0] * stages, *([*row, *[0.0] * (stages - len(row))] for row in tableau.a)]
    a_tensor, b, dense = (torch.tensor(x, dtype=torch.float32, device="cpu") for x in (a, tableau.b, tableau.dense))
    return a_tensor, b, dense


class March(torch.autograd.Function):
    """The solution of dh/dτ = s · tanh(MLP(h)) at the read-out times, (member, batch, time, state).

    Arguments: tableau, number of steps, whether a backward pass will follow, step sizes (member, batch, 1), read-out times
    since the start (member, batch, time), y0 (member, batch, state), the scale s (member, 1, 1), then weight and bias of each
    layer. Times get no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any,
        tableau: Tableau,
        steps: int,
        remember: bool,
        step: Tensor,
        elapsed: Tensor,
        y0: Tensor,
        scale: Tensor,
        *layers: Tensor,
    ) -> Tensor:
        (members, batch, state), points = y0.shape, elapsed.shape[-1]
        field = Layers.of(state, members, layers)
        if field.sizes[-1] != state:
            raise DataError(f"the field maps {state} dimensions to {field.sizes[-1]}, expected equally many")
        step, elapsed = laid_out(step, members, batch, 1), laid_out(elapsed, members, batch, points)
        y0, scale = y0.contiguous(), laid_out(scale, members, 1, 1)
        a, b, dense = _coefficients(tableau)
        plan = _March(
            *(members, batch, steps, points, remember, field.network(), scale.data_ptr()),
            *(len(b), len(dense), *(t.data_ptr() for t in (a, b, dense, step, elapsed))),
        )
        library = compiled()
        tape = Tape(library.march_tape(byref(plan)))
        states = empty(members, batch, points, state)
        library.march_forward(byref(plan), y0.data_ptr(), states.data_ptr(), tape.data_ptr())
        ctx.plan, ctx.tape, ctx.held = plan, tape, (step, elapsed, a, b, dense)
        ctx.save_for_backward(scale, *field.tensors)
        ctx.start = y0.shape
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        scale, *layers = ctx.saved_tensors
        gradient = gradient.contiguous()
        y0_gradient = empty(*ctx.start)
        scale_gradient, *layer_gradients = (torch.zeros_like(t) for t in (scale, *layers))
        compiled().march_backward(
            byref(ctx.plan),
            *(t.data_ptr() for t in (gradient, ctx.tape, y0_gradient)),
            *(pointers(layer_gradients[::2]), pointers(layer_gradients[1::2]), scale_gradient.data_ptr()),
        )
        return None, None, None, None, None, y0_gradient, scale_gradient, *layer_gradients
