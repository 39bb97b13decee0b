"""The recurrence of exponential modes, with its gradient in closed form."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class ModesRecurrence(torch.autograd.Function):
    """L_t = Σ_k e_tk + c, with e_tk = e_{t-1,k} d_tk + a_tk (1 + g L_{t-1}), for t = 1, ..., T.

    The gradient is that of the adjoint recurrence. With μ_t = ∂loss/∂L_t, where later losses count, and λ_tk = ∂loss/∂e_tk, it
    is μ_t = own_t + g Σ_k λ_{t+1,k} a_{t+1,k} and λ_tk = μ_t + λ_{t+1,k} d_{t+1,k}. The arrays are small, so a loop in NumPy
    takes less time than a recorded graph.

    Shapes, with any leading axes ... that are broadcast: e_0 (..., mode), d and a (T, ..., mode), g and c (..., 1), L (T, ...).
    """

    @staticmethod
    def forward(ctx: Any, first: Tensor, kept: Tensor, added: Tensor, gain: Tensor, offset: Tensor) -> Tensor:
        """L from e_0, d, a, g and c."""
        kept_, added_ = kept.numpy(), added.numpy()
        gain_, offset_ = gain.numpy(), offset.numpy()
        modes = np.empty((len(kept_) + 1, *kept_.shape[1:]), dtype=kept_.dtype)
        losses = np.empty((len(modes), *modes.shape[1:-1], 1), dtype=kept_.dtype)
        modes[0] = first.numpy()
        losses[0] = modes[0].sum(axis=-1, keepdims=True) + offset_
        for t in range(len(kept_)):
            np.multiply(modes[t], kept_[t], out=modes[t + 1])
            modes[t + 1] += added_[t] * (1 + gain_ * losses[t])
            np.add(modes[t + 1].sum(axis=-1, keepdims=True), offset_, out=losses[t + 1])
        ctx.save_for_backward(first, kept, added, gain, offset)
        ctx.states = modes, losses
        return torch.from_numpy(losses[1:, ..., 0].copy())

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> tuple[Tensor, ...]:
        """The gradients for e_0, d, a, g and c."""
        first, kept, added, gain, offset = ctx.saved_tensors
        modes, losses = ctx.states
        kept_, added_, gain_, own = kept.numpy(), added.numpy(), gain.numpy(), outputs[0].numpy()[..., None]
        of_modes, of_losses = np.empty_like(modes), np.zeros_like(losses)
        of_losses[1:] = own
        of_modes[-1] = of_losses[-1]
        for t in range(len(kept_) - 1, -1, -1):
            of_losses[t] += gain_ * np.einsum("...k,...k->...", of_modes[t + 1], added_[t])[..., None]
            np.multiply(of_modes[t + 1], kept_[t], out=of_modes[t])
            of_modes[t] += of_losses[t]
        fed = np.einsum("...k,...k->...", of_modes[1:], added_)[..., None]
        found = (
            of_modes[0],
            of_modes[1:] * modes[:-1],
            of_modes[1:] * (1 + gain_ * losses[:-1]),
            (fed * losses[:-1]).sum(axis=0),
            of_losses.sum(axis=0),
        )
        inputs = (first, kept, added, gain, offset)
        return tuple(torch.from_numpy(each).sum_to_size(given.shape) for each, given in zip(found, inputs, strict=True))


def recurrence(first: Tensor, kept: Tensor, added: Tensor, gain: Tensor, offset: Tensor) -> Tensor:
    """The losses of :class:`ModesRecurrence`, (T, ...), from e_0, d, a, g and c."""
    return ModesRecurrence.apply(first, kept, added, gain, offset)
