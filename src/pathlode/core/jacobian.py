"""Jacobians of functions that treat each trajectory alone."""

from collections.abc import Callable

import torch
from torch import Tensor

from pathlode.core.kernels.library import plain
from pathlode.core.shapes import State


def jacobian(function: Callable[[State], State], h: State) -> Tensor:
    """∂f_i/∂h_j, (member, batch, i, j), by automatic differentiation, at h, (member, batch, state).

    It can be differentiated again. Cost: one backward pass per component of h, all in one vectorised pass.
    """
    units = torch.eye(h.shape[-1], dtype=h.dtype, device=h.device)
    with plain():
        pull = torch.func.vjp(function, h)[1]
        rows: Tensor = torch.func.vmap(lambda unit: pull(unit.expand_as(h))[0])(units)
    return rows.movedim(0, -2)
