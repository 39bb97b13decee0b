"""The compiled library: the build that suits the processor, whether it is up to date, and which tensors it can take.

The same C sources are built (``setup.py``) for any processor of the machine's architecture and, on x86-64, for AVX2 and for
AVX-512.
"""

import ctypes
import hashlib
import importlib.util
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from pathlode.errors import ConfigError, DataError

FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "keep_freed_memory": (None, []),
    "supports_avx2": (c_int, []),
    "supports_avx512": (c_int, []),
    "march_tape": (c_size_t, [c_void_p]),
    "march_forward": (None, [c_void_p] * 4),
    "march_backward": (None, [c_void_p] * 7),
    "perceptron_forward": (None, [c_void_p] * 3),
    "perceptron_backward": (None, [c_void_p] * 6),
    "length_forward": (None, [c_void_p] * 2),
    "length_backward": (None, [c_void_p] * 4),
    "stack_norms": (None, [c_void_p] * 2),
    "stack_scale": (None, [c_void_p] * 2),
    "adam_step": (None, [c_void_p]),
    "soap_step": (None, [c_void_p]),
    "scan_tape": (c_size_t, [c_void_p]),
    "scan_forward": (None, [c_void_p] * 3),
    "scan_backward": (None, [c_void_p] * 7),
}
"""Functions of the C sources other than their hash: the type of the result and of each argument."""


def source_hash() -> str:
    """Hash of the C sources; the build stores it in the library."""
    files = sorted(Path(__file__).parent.glob("*.[ch]"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def load_build(name: str) -> ctypes.CDLL | None:
    """The build ``baseline``, ``avx2`` or ``avx512``, or None if it does not exist.

    Raises:
        ConfigError: if it was built from sources that differ from the package's present ones.
    """
    spec = importlib.util.find_spec(f"{__package__}._{name}")
    if spec is None or spec.origin is None:
        return None
    library = ctypes.CDLL(spec.origin)
    library.source_hash.restype = c_char_p
    if library.source_hash().decode() != source_hash():
        raise ConfigError(
            f"{spec.origin} was built from sources that have changed since: build it again with pip install --no-deps -e ."
        )
    for function, (result, arguments) in FUNCTIONS.items():
        declared = getattr(library, function)
        declared.restype, declared.argtypes = result, arguments
    return library


@cache
def chosen_build() -> ctypes.CDLL | None:
    """The fastest build that this processor runs, or None if there is no build or ``PATHLODE_KERNELS`` is 0.

    The process then keeps memory that tensors leave, up to 256 MB, for the next ones.
    """
    if os.environ.get("PATHLODE_KERNELS") == "0":
        return None
    baseline = load_build("baseline")
    if baseline is None:
        return None
    baseline.keep_freed_memory()
    wider = load_build("avx512") if baseline.supports_avx512() else None
    return wider or (load_build("avx2") if baseline.supports_avx2() else None) or baseline


def compiled() -> ctypes.CDLL:
    """The library; call it only if :func:`usable` is true."""
    library = chosen_build()
    assert library is not None
    return library


_PLAIN = ContextVar("plain", default=False)


@contextmanager
def plain() -> Iterator[None]:
    """Switches the compiled loops off: they have no second derivatives, and ``torch.func`` cannot transform them."""
    before = _PLAIN.set(True)
    try:
        yield
    finally:
        _PLAIN.reset(before)


def usable(*tensors: Tensor) -> bool:
    """Whether the compiled loops exist and can take these tensors, which must be in single precision on the CPU.

    Subclasses of tensors take the plain route. So does everything within :func:`plain` and while PyTorch compiles or exports.

    Raises:
        ConfigError: if the loops were built from sources that differ from the package's present ones.
    """
    if torch.compiler.is_compiling() or _PLAIN.get() or chosen_build() is None:
        return False
    return all(t.dtype == torch.float32 and t.is_cpu and type(t) in (Tensor, nn.Parameter) for t in tensors)


# --- tensors as the loops read them ----------------------------------------------------------------------------------


def laid_out(tensor: Tensor, *shape: int) -> Tensor:
    """The tensor, row-major.

    Raises:
        DataError: if its shape is not the one that the loops read.
    """
    if tensor.shape != shape:
        raise DataError(f"a tensor of shape {tuple(tensor.shape)} does not fit the model, which expects {shape}")
    return tensor.contiguous()


def empty(*shape: int) -> Tensor:
    """Memory for the loops to fill, in single precision whatever the default dtype."""
    return torch.empty(shape, dtype=torch.float32, device="cpu")


class Tape:
    """Memory that a forward pass fills for its backward pass.

    A training step's tapes have ten megabytes and more. Fresh memory of that size costs the system as much time as the loops
    take to fill it, so a tape that is not needed any more leaves its memory to the next one.
    """

    _KEPT = 4
    _free: ClassVar[list[Tensor]] = []

    def __init__(self, count: int) -> None:
        fitting = [i for i, memory in enumerate(self._free) if count <= memory.numel() <= 2 * count]
        self._memory = self._free.pop(fitting[-1]) if fitting else empty(count)

    def __del__(self) -> None:
        self._free.append(self._memory)
        del self._free[: -self._KEPT]

    def data_ptr(self) -> int:
        """Its address."""
        return self._memory.data_ptr()


def pointers(tensors: Sequence[Tensor]) -> Any:
    """An array of the tensors' addresses. The caller must keep the tensors alive."""
    return (c_void_p * len(tensors))(*(t.data_ptr() for t in tensors))
