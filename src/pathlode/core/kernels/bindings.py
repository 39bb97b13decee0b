"""Compiled inner loops (``kernels.c``) as autograd functions, for single precision on a CPU.

The extension is built by pip where a C compiler is found. Without it, or for another dtype or device, the same
computations run as plain PyTorch operations: slower, equal within floating-point noise (the tests compare).
Setting the environment variable ``PATHLODE_KERNELS=0`` switches the compiled loops off.
"""

import ctypes
import hashlib
import importlib.util
import itertools
import os
from collections.abc import Sequence
from ctypes import POINTER, c_int, c_void_p
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from pathlode.core.tableaus import Tableau
from pathlode.errors import ConfigError, DataError

CELLS = {"rnn": 0, "gru": 1, "lstm": 2}


class _March(ctypes.Structure):
    _fields_ = [
        ("members", c_int),
        ("batch", c_int),
        ("steps", c_int),
        ("layers", c_int),
        ("sizes", POINTER(c_int)),
        ("weights", POINTER(c_void_p)),
        ("biases", POINTER(c_void_p)),
        ("scale", c_void_p),
        ("stages", c_int),
        ("degree", c_int),
        ("a", c_void_p),
        ("b", c_void_p),
        ("dense", c_void_p),
        ("step", c_void_p),
    ]


class _Scan(ctypes.Structure):
    _fields_ = [
        *((name, c_int) for name in ("cell", "members", "batch", "time", "inputs", "hidden", "remember")),
        *((name, c_void_p) for name in ("times", "values", "weight", "bias", "recurrent", "candidate_bias")),
    ]


def source_hash() -> str:
    """Identifies the C sources; the build puts it into the extension."""
    here = Path(__file__).parent
    return hashlib.sha256((here / "kernels.c").read_bytes() + (here / "kernels_loops.h").read_bytes()).hexdigest()[:16]


@cache
def _library() -> ctypes.CDLL | None:
    """The compiled loops, or None where they were not built or are switched off."""
    spec = importlib.util.find_spec("pathlode._kernels")
    if spec is None or spec.origin is None or os.environ.get("PATHLODE_KERNELS") == "0":
        return None
    library = ctypes.CDLL(spec.origin)
    library.source_hash.restype = ctypes.c_char_p
    if library.source_hash().decode() != source_hash():
        raise ConfigError(f"{spec.origin} was built from other sources: build it again with pip install --no-deps -e .")
    for name, arguments in (
        ("march_forward", [POINTER(_March)] + [c_void_p] * 3),
        ("march_backward", [POINTER(_March)] + [c_void_p] * 3 + [POINTER(c_void_p)] * 2 + [c_void_p]),
        ("readout_forward", [c_int] * 3 + [c_void_p] * 4),
        ("readout_backward", [c_int] * 3 + [c_void_p] * 4),
        ("scan_forward", [POINTER(_Scan)] + [c_void_p] * 2),
        ("scan_backward", [POINTER(_Scan)] + [c_void_p] * 6),
    ):
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, None
    for name, structure in (("march_tape", _March), ("scan_tape", _Scan)):
        function = getattr(library, name)
        function.argtypes, function.restype = [POINTER(structure)], ctypes.c_size_t
    return library


def usable(*tensors: Tensor) -> bool:
    """Whether the compiled loops can take these tensors: built, single precision, on the CPU.

    Raises:
        ConfigError: if the loops were built from other sources than the package now holds.
    """
    return _library() is not None and all(t.dtype == torch.float32 and t.device.type == "cpu" for t in tensors)


def _plain(tensor: Tensor, *shape: int) -> Tensor:
    """The tensor laid out as the compiled loops read it.

    Raises:
        DataError: if it has another shape than the loops would read.
    """
    if tensor.shape != shape:
        raise DataError(f"a tensor of shape {tuple(tensor.shape)} does not fit the model, which expects {shape}")
    return tensor.contiguous()


def _empty(*shape: int) -> Tensor:
    return torch.empty(shape, dtype=torch.float32, device="cpu")


def _pointers(tensors: Sequence[Tensor]) -> Any:
    return (c_void_p * len(tensors))(*(t.data_ptr() for t in tensors))


# --- Runge-Kutta steps -----------------------------------------------------------------------------------------------


@cache
def _coefficients(tableau: Tableau) -> tuple[Tensor, Tensor, Tensor]:
    stages = len(tableau.b)
    a = [[0.0] * stages, *([*row, *[0.0] * (stages - len(row))] for row in tableau.a)]
    a_tensor, b, dense = (torch.tensor(x, dtype=torch.float32, device="cpu") for x in (a, tableau.b, tableau.dense))
    return a_tensor, b, dense


class March(torch.autograd.Function):
    """Polynomials of all steps, (member, batch, step, degree + 1, state), of dh/dτ = s · tanh(MLP(h)).

    Arguments: tableau, number of steps, step sizes (member, batch, 1), y0 (member, batch, state), the scale s
    (member, 1, 1), then weight and bias of each layer.
    """

    @staticmethod
    def forward(
        ctx: Any, tableau: Tableau, steps: int, step: Tensor, y0: Tensor, scale: Tensor, *layers: Tensor
    ) -> Tensor:
        members, batch, state = y0.shape
        widths = [state, *(weight.shape[-1] for weight in layers[::2])]
        weights = [_plain(w, members, *pair) for w, pair in zip(layers[::2], itertools.pairwise(widths), strict=True)]
        biases = [_plain(b, members, 1, width) for b, width in zip(layers[1::2], widths[1:], strict=True)]
        if widths[-1] != state:
            raise DataError(f"the field maps {state} dimensions to {widths[-1]}, expected equally many")
        step, y0, scale = _plain(step, members, batch, 1), y0.contiguous(), _plain(scale, members, 1, 1)
        a, b, dense = _coefficients(tableau)
        sizes = (c_int * len(widths))(*widths)
        plan = _March(
            *(members, batch, steps, len(weights), sizes, _pointers(weights), _pointers(biases), scale.data_ptr()),
            *(len(b), len(dense), a.data_ptr(), b.data_ptr(), dense.data_ptr(), step.data_ptr()),
        )
        library = _library()
        assert library is not None
        tape = _empty(library.march_tape(plan))
        polynomials = _empty(members, batch, steps, 1 + len(dense), state)
        library.march_forward(plan, y0.data_ptr(), polynomials.data_ptr(), tape.data_ptr())
        ctx.plan, ctx.tape, ctx.held = plan, tape, (step, a, b, dense)
        ctx.save_for_backward(scale, *itertools.chain(*zip(weights, biases, strict=True)))
        ctx.start = y0.shape
        return polynomials

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        scale, *layers = ctx.saved_tensors
        gradient = gradient.contiguous()
        y0_gradient = _empty(*ctx.start)
        scale_gradient, *layer_gradients = (torch.zeros_like(t) for t in (scale, *layers))
        library = _library()
        assert library is not None
        library.march_backward(
            ctx.plan,
            *(t.data_ptr() for t in (gradient, ctx.tape, y0_gradient)),
            *(_pointers(layer_gradients[::2]), _pointers(layer_gradients[1::2]), scale_gradient.data_ptr()),
        )
        return None, None, None, y0_gradient, scale_gradient, *layer_gradients


class Readout(torch.autograd.Function):
    """Σ_j θ_p^j c_j for points p, (point, state), from coefficients (row, degree + 1, state), each point's row and θ."""

    @staticmethod
    def forward(ctx: Any, polynomials: Tensor, rows: Tensor, theta: Tensor) -> Tensor:
        polynomials, theta = polynomials.contiguous(), theta.contiguous()
        ctx.sizes = (len(rows), *polynomials.shape[1:])
        ctx.shape = polynomials.shape
        ctx.save_for_backward(rows, theta)
        values = _empty(len(rows), polynomials.shape[2])
        library = _library()
        assert library is not None
        library.readout_forward(*ctx.sizes, *(t.data_ptr() for t in (polynomials, rows, theta, values)))
        return values

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        rows, theta = ctx.saved_tensors
        gradient, collected = gradient.contiguous(), _empty(*ctx.shape).zero_()
        library = _library()
        assert library is not None
        library.readout_backward(*ctx.sizes, *(t.data_ptr() for t in (gradient, rows, theta, collected)))
        return collected, None, None


# --- recurrent encoders ----------------------------------------------------------------------------------------------


class Scan(torch.autograd.Function):
    """Final hidden state (member, batch, hidden) of a recurrent encoder that reads (τ, x) from last to first.

    Arguments: cell (a key of :data:`CELLS`), whether a backward pass will follow, times (member, batch, time), values
    (member, batch, time, feature), input weight and bias, recurrent weight, and for a GRU the candidate's bias. Times and
    values get no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any,
        cell: str,
        remember: bool,
        times: Tensor,
        values: Tensor,
        weight: Tensor,
        bias: Tensor,
        *recurrent: Tensor,
    ) -> Tensor:
        members, batch, time, features = values.shape
        hidden, gates = recurrent[0].shape[-2], recurrent[0].shape[-1]
        held = (
            _plain(times, members, batch, time),
            values.contiguous(),
            _plain(weight, members, features + 1, gates),
            _plain(bias, members, 1, gates),
            _plain(recurrent[0], members, hidden, gates),
            *(_plain(candidate_bias, members, 1, hidden) for candidate_bias in recurrent[1:]),
        )
        pointers = [t.data_ptr() for t in held]
        plan = _Scan(CELLS[cell], members, batch, time, features + 1, hidden, remember, *pointers)
        library = _library()
        assert library is not None
        tape = _empty(library.scan_tape(plan))
        final = _empty(members, batch, hidden)
        library.scan_forward(plan, final.data_ptr(), tape.data_ptr())
        ctx.plan, ctx.tape = plan, tape
        ctx.save_for_backward(*held)
        return final

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        gradient = gradient.contiguous()
        gradients = [torch.zeros_like(t) for t in ctx.saved_tensors[2:]]
        pointers = [t.data_ptr() for t in (gradient, ctx.tape, *gradients)]
        library = _library()
        assert library is not None
        library.scan_backward(ctx.plan, *pointers, *[None] * (6 - len(pointers)))
        return None, None, None, None, *gradients
