"""PyTorch's optimisers without the import of its compiler."""

import inspect
from typing import TypeVar

import torch
from torch.optim import Optimizer

_Kind = TypeVar("_Kind", bound=Optimizer)


def eager(kind: type[_Kind]) -> type[_Kind]:
    """An optimiser class that never loads ``torch.compile``. Its results are the same, bit for bit.

    PyTorch wraps methods of its optimisers to keep the compiler out of them. A wrapper's first call imports the compiler,
    which takes longer than many trainings here. This subclass calls the unwrapped methods. It cannot be compiled.

    Args:
        kind: subclass of :class:`torch.optim.Optimizer` whose step computes no gradients itself.
    """
    wrapped = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")
    plain = {name: inspect.unwrap(getattr(kind, name)) for name in wrapped}
    return type(kind.__name__, (kind,), plain | {"step": torch.no_grad()(inspect.unwrap(kind.step))})
