"""The recurrence of noisy modes, with its gradient in closed form."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class ModesRecurrence(torch.autograd.Function):
    """L_t = Σ_k e_tk + c, with e_tk = d_tk e_{t-1,k} + f_tk (q_k + r_k L_{t-1}).

    The gradient is that of the adjoint recurrence, backwards from t = T. With λ_k = ∂loss/∂e_tk, where later losses count, the
    derivatives are λ_k e_{t-1,k} for d_tk and λ_k (q_k + r_k L_{t-1}) for f_tk, and the next λ_k is
    λ_k d_tk + Σ_j λ_j f_tj r_j + ∂loss/∂L_{t-1}. There is none for the other arguments. A loop in NumPy over few and small
    operations takes less time than a recorded graph.

    Shapes, with any axes ... that are broadcast: d and f (T, ..., mode), e_0, q and r (..., mode), c (...), L (T, ...).
    """

    @staticmethod
    def forward(ctx: Any, decay: Tensor, drive: Tensor, *parameters: Tensor) -> Tensor:
        """L from d, f, e_0, q, r and c."""
        d, f, first, q, r, offset = (each.detach().numpy() for each in (decay, drive, *parameters))
        constant, grown = f * q, f * r
        modes = np.empty((len(d) + 1, *np.broadcast_shapes(first.shape, d.shape[1:])))
        modes[0] = first
        losses = [modes[0].sum(axis=-1) + offset]
        for before, after, kept, gained, share in zip(modes, modes[1:], d, constant, grown, strict=False):
            np.multiply(kept, before, out=after)
            after += gained
            after += share * losses[-1][..., None]
            losses.append(np.add.reduce(after, axis=-1) + offset)
        every = np.stack(losses)
        ctx.states = d, grown, modes[:-1], q, r, every[:-1]
        return torch.from_numpy(every[1:])

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients for d and f, and None for the others."""
        d, grown, modes, q, r, losses = ctx.states
        of_losses = outputs[0].numpy()
        adjoint, carried = np.empty_like(modes), np.zeros_like(modes[0])
        through = np.zeros_like(of_losses[0])
        for t in range(len(d) - 1, -1, -1):
            own = np.add(carried, (of_losses[t] + through)[..., None], out=adjoint[t])
            through = np.add.reduce(own * grown[t], axis=-1)
            np.multiply(own, d[t], out=carried)
        forced = q + r * losses[..., None]
        return torch.from_numpy(adjoint * modes), torch.from_numpy(adjoint * forced), None, None, None, None


def recurrence(decay: Tensor, drive: Tensor, first: Tensor, q: Tensor, r: Tensor, offset: Tensor) -> Tensor:
    """The losses of :class:`ModesRecurrence`, (T, ...), from d, f, e_0, q, r and c; d and f have all axes."""
    found: Tensor = ModesRecurrence.apply(decay, drive, first, q, r, offset)
    return found
