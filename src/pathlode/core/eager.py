"""PyTorch's optimisers without the start of its compiler."""

import inspect
from typing import TypeVar

import torch
from torch.optim import Optimizer

_Kind = TypeVar("_Kind", bound=Optimizer)


def eager(kind: type[_Kind]) -> type[_Kind]:
    """A kind of optimiser that never loads ``torch.compile``; what it computes is the same, bit for bit.

    PyTorch wraps methods of its optimisers for the compiler's sake. A wrapper's first call imports the compiler, which takes
    longer than many a training here. This subclass calls what is wrapped. It cannot be compiled.

    Args:
        kind: subclass of :class:`torch.optim.Optimizer`, whose step asks for no gradient of its own.
    """
    wrapped = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")
    plain = {name: inspect.unwrap(getattr(kind, name)) for name in wrapped}
    return type(kind.__name__, (kind,), plain | {"step": torch.no_grad()(inspect.unwrap(kind.step))})
