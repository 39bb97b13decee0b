"""A loop over time that ``torch.export`` records as a loop. A loop in Python would be unrolled, for one number of times."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def recorded() -> bool:
    """Whether ``torch.export`` is recording a program: such a program takes any number of times, and cannot refuse any."""
    return torch.compiler.is_exporting()


def recorded_scan(
    step: Callable[[list[Tensor], list[Tensor]], tuple[list[Tensor], list[Tensor]]],
    state: Sequence[Tensor],
    along: Sequence[Tensor],
    reverse: bool = False,
) -> tuple[list[Tensor], list[Tensor]]:
    """The last state of ``state, result = step(state, [tensor[i] for tensor in along])`` for all i in turn, and all results.

    Args:
        step: the next state, of the same shapes and types, and any results, from the state and one entry of each tensor. It may
            read parameters, but must not return its arguments or views of them.
        state: the first state.
        along: tensors of equally many entries, at least one, along their first axes.
        reverse: whether the loop runs from the last entry to the first.
    """
    from torch._higher_order_ops.scan import scan  # here, as it imports PyTorch's compiler

    final, results = scan(step, list(state), list(along), dim=0, reverse=reverse)
    return final, results
