"""The optimiser's arithmetic on stacked parameters, compiled (``optimise.c``)."""

import ctypes
from collections.abc import Sequence
from ctypes import POINTER, byref, c_double, c_float, c_int, c_void_p
from typing import Any

from torch import Tensor

from pathlode.core.kernels.library import compiled, empty, pointers, usable


def stackable(*tensors: Tensor) -> bool:
    """Whether the compiled functions of this module can take these tensors: they are usable and row-major."""
    return usable(*tensors) and all(t.is_contiguous() for t in tensors)


class _Stack(ctypes.Structure):
    _fields_ = [("count", c_int), ("members", c_int), ("sizes", POINTER(c_int)), ("tensors", POINTER(c_void_p))]


def _stack(tensors: Sequence[Tensor]) -> _Stack:
    members = len(tensors[0])
    sizes = (c_int * len(tensors))(*(t.numel() // members for t in tensors))
    return _Stack(len(tensors), members, sizes, pointers(tensors))


def norms(tensors: Sequence[Tensor]) -> Tensor:
    """Euclidean norm of each member's numbers, (member,)."""
    result = empty(len(tensors[0]))
    compiled().stack_norms(byref(_stack(tensors)), result.data_ptr())
    return result


def scale(tensors: Sequence[Tensor], factors: Tensor) -> None:
    """Multiplies each member's numbers by its factor, (member,), in place."""
    compiled().stack_scale(byref(_stack(tensors)), factors.data_ptr())


class _Step(ctypes.Structure):
    _fields_ = [
        ("parameters", _Stack),
        ("gradients", _Stack),
        ("rates", c_void_p),
        *((name, c_float) for name in ("beta1", "beta2", "unbias1", "unbias2", "floor", "eps")),
        *((name, c_void_p) for name in ("mean", "square")),
        *((name, c_int) for name in ("rows", "columns")),
        ("basis_decay", c_double),
        *((name, c_void_p) for name in ("left", "right", "left_gram", "right_gram")),
    ]


def soap_step(
    parameters: Sequence[Tensor],
    gradients: Sequence[Tensor],
    state: dict[str, Any],
    rates: Tensor,
    betas: tuple[float, float],
    basis_decay: float,
    eps: float,
    floor: float,
) -> None:
    """One step of :class:`pathlode.training.soap.SOAP` for the parameters of one block, with the block's state.

    Args:
        parameters: matrices of one shape, (member, row, column), or any vectors if the state has no bases.
        gradients: theirs.
        state: the block's state; its moments and grams change.
        rates: learning rates, (member,).
        betas: decay rates of the moments.
        basis_decay: decay rate of the grams.
        eps: fraction of a matrix's largest root of the second moment that is added to all.
        floor: number that is added to these roots.
    """
    (beta1, beta2), steps = betas, state["steps"]
    numbers = (beta1, beta2, 1 - beta1**steps, 1 - beta2**steps, floor, eps)
    moments = (state["mean"].data_ptr(), state["square"].data_ptr())
    plan = _Step(_stack(parameters), _stack(gradients), rates.data_ptr(), *numbers, *moments)
    if "bases" not in state:
        compiled().adam_step(byref(plan))
        return
    plan.rows, plan.columns = parameters[0].shape[1:]
    plan.basis_decay = basis_decay
    plan.left, plan.right = (basis.data_ptr() for basis in state["bases"])
    plan.left_gram, plan.right_gram = (gram.data_ptr() for gram in state["grams"])
    compiled().soap_step(byref(plan))
