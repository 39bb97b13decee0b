"""The recurrence of noisy modes, with its gradient in closed form."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class ModesRecurrence(torch.autograd.Function):
    """L_t = Σ_k e_tk + c, with e_tk = d_tk e_{t-1,k} + f_tk (q_k + r_k L_{t-1}).

    The gradient is that of the adjoint recurrence, backwards from t = T. With λ_k = ∂loss/∂e_tk, where later losses count, the
    derivatives are λ_k e_{t-1,k} for d_tk and λ_k (q_k + r_k L_{t-1}) for f_tk, and the next λ_k is
    λ_k d_tk + Σ_j λ_j f_tj r_j + ∂loss/∂L_{t-1}. There is none for the other arguments. One step's arrays fit into the
    processor's cache, so a loop in NumPy takes less time than a recorded graph.

    Shapes, with any axes ... that are broadcast: d and f (T, ..., mode), e_0, q and r (..., mode), c (...), L (T, ...).
    """

    @staticmethod
    def forward(ctx: Any, decay: Tensor, drive: Tensor, *parameters: Tensor) -> Tensor:
        """L from d, f, e_0, q, r and c."""
        d, f, first, q, r, offset = (each.detach().numpy() for each in (decay, drive, *parameters))
        modes, losses = [np.broadcast_to(first, np.broadcast_shapes(first.shape, d.shape[1:]))], []
        loss = modes[0].sum(axis=-1) + offset
        forced = []
        for kept, gained in zip(d, f, strict=True):
            forced.append(q + r * loss[..., None])
            modes.append(kept * modes[-1] + gained * forced[-1])
            loss = modes[-1].sum(axis=-1) + offset
            losses.append(loss)
        ctx.states = d, f, r, modes, forced
        return torch.from_numpy(np.stack(losses))

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients for d and f, and None for the others."""
        d, f, r, modes, forced = ctx.states
        of_losses = outputs[0].numpy()
        of_decay, of_drive = np.empty_like(d), np.empty_like(f)
        own = np.zeros_like(modes[0])
        through = np.zeros_like(of_losses[0])
        for t in range(len(d) - 1, -1, -1):
            own = own + (of_losses[t] + through)[..., None]
            np.multiply(own, modes[t], out=of_decay[t])
            np.multiply(own, forced[t], out=of_drive[t])
            through = (own * f[t] * r).sum(axis=-1)
            own = own * d[t]
        return torch.from_numpy(of_decay), torch.from_numpy(of_drive), None, None, None, None


def recurrence(decay: Tensor, drive: Tensor, first: Tensor, q: Tensor, r: Tensor, offset: Tensor) -> Tensor:
    """The losses of :class:`ModesRecurrence`, (T, ...), from d, f, e_0, q, r and c; d and f have all axes."""
    found: Tensor = ModesRecurrence.apply(decay, drive, first, q, r, offset)
    return found
