"""Recurrent encoders' scans over time, compiled (``scan.c``)."""

import ctypes
from ctypes import byref, c_int, c_void_p
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from pathlode.core.kernels.library import Tape, compiled, empty, laid_out

CELLS = {"rnn": 0, "gru": 1, "lstm": 2}
"""Recurrent cells with a compiled step, and their numbers in ``scan.c``."""


class _Scan(ctypes.Structure):
    _fields_ = [
        *((name, c_int) for name in ("cell", "members", "batch", "time", "inputs", "hidden", "remember")),
        *((name, c_void_p) for name in ("times", "values", "weight", "bias", "recurrent", "candidate_bias", "present")),
    ]


class Scan(torch.autograd.Function):
    """Final hidden state (member, batch, hidden) of a recurrent encoder that reads (τ, x) from last to first.

    Arguments: cell (a key of :data:`CELLS`), whether a backward pass will follow, the times that are read (member, batch, time)
    or None for all, times (member, batch, time), values (member, batch, time, feature), input weight and bias, recurrent
    weight, and for a GRU the candidate's bias. Times and values get no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any,
        cell: str,
        remember: bool,
        present: Tensor | None,
        times: Tensor,
        values: Tensor,
        weight: Tensor,
        bias: Tensor,
        *recurrent: Tensor,
    ) -> Tensor:
        members, batch, time, features = values.shape
        hidden, gates = recurrent[0].shape[-2], recurrent[0].shape[-1]
        held = (
            laid_out(times, members, batch, time),
            values.contiguous(),
            laid_out(weight, members, features + 1, gates),
            laid_out(bias, members, 1, gates),
            laid_out(recurrent[0], members, hidden, gates),
            *(laid_out(candidate_bias, members, 1, hidden) for candidate_bias in recurrent[1:]),
        )
        sizes = CELLS[cell], members, batch, time, features + 1, hidden, remember
        plan = _Scan(*sizes, *(t.data_ptr() for t in held))
        if present is not None:
            ctx.present = present.expand(members, batch, time).contiguous()  # kept alive for the plan
            plan.present = ctx.present.data_ptr()
        library = compiled()
        tape = Tape(library.scan_tape(byref(plan)))
        final = empty(members, batch, hidden)
        library.scan_forward(byref(plan), final.data_ptr(), tape.data_ptr())
        ctx.plan, ctx.tape = plan, tape
        ctx.save_for_backward(*held)
        return final

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        gradient = gradient.contiguous()
        gradients = [torch.zeros_like(t) for t in ctx.saved_tensors[2:]]
        addresses = [t.data_ptr() for t in (gradient, ctx.tape, *gradients)]
        compiled().scan_backward(byref(ctx.plan), *addresses, *[None] * (6 - len(addresses)))
        return None, None, None, None, None, *gradients
