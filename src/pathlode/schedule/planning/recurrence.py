"""The recurrence of exponential modes, with its gradient in closed form."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class ModesRecurrence(torch.autograd.Function):
    """L_t = Σ_k e_tk + c, with e_tk = e_{t-1,k} d_tk + q_k η_t (1 - d_tk) (1 + g L_{t-1}) and d_tk = exp(-2 h_k s_t).

    The gradient is that of the adjoint recurrence, backwards from t = T. With λ_k = ∂loss/∂e_tk, where later losses count, the
    drive w = η_t (1 + g L_{t-1}), and φ_k = λ_k d_tk (e_{t-1,k} - q_k w), the derivatives are

        h_k: -2 Σ_t s_t φ_k,    s_t: -2 Σ_k h_k φ_k,    q_k: Σ_t w λ_k (1 - d_tk),    w: Σ_k q_k λ_k (1 - d_tk),

    and the next λ_k is λ_k d_tk + ∂loss/∂L_{t-1}. One step's arrays fit into the processor's cache, so a loop in NumPy takes
    less time than a recorded graph. Sums over modes take least if these come before the other axes.

    Shapes, with any last axes ... that are broadcast: e_0, h and q (mode, ...), g and c (...), s and η (T, ...), L (T, ...).
    """

    @staticmethod
    def forward(ctx: Any, *given: Tensor) -> Tensor:
        """L from e_0, h, q, g, c, s and η."""
        first, h, q, gain, offset, clock, level = (each.detach().numpy() for each in given)
        shape = np.broadcast_shapes(first.shape[1:], h.shape[1:], clock.shape[1:])
        decay = np.empty((len(clock), len(h), *shape), dtype=first.dtype)
        modes = np.empty((len(clock) + 1, len(h), *shape), dtype=first.dtype)
        losses = np.empty((len(clock) + 1, *shape), dtype=first.dtype)
        modes[0] = first
        losses[0] = modes[0].sum(axis=0) + offset
        for t in range(len(clock)):
            np.exp(np.multiply(h, -2 * clock[t], out=decay[t]), out=decay[t])
            floor = q * (level[t] * (1 + gain * losses[t]))
            np.subtract(modes[t], floor, out=modes[t + 1])
            modes[t + 1] *= decay[t]
            modes[t + 1] += floor
            np.add(modes[t + 1].sum(axis=0), offset, out=losses[t + 1])
        ctx.save_for_backward(*given)
        ctx.states = decay, modes, losses
        return torch.from_numpy(losses[1:].copy())

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients for e_0, h, q, g, c, s and η; None for those that need none."""
        _, h, q, gain, _, clock, level = (each.numpy() for each in ctx.saved_tensors)
        decay, modes, losses = ctx.states
        _, of_parameters, *_, of_rates, _ = ctx.needs_input_grad
        of_losses = np.zeros_like(losses)
        of_losses[1:] = outputs[0].numpy()
        of_h, of_q, of_gain = (np.zeros_like(each) for each in (modes[0], modes[0], losses[0]))
        of_clock, of_level = np.empty_like(losses[1:]), np.empty_like(losses[1:])
        own = np.broadcast_to(of_losses[-1], modes[0].shape)
        for t in range(len(clock) - 1, -1, -1):
            excess = 1 + gain * losses[t]
            drive = level[t] * excess
            left = own * decay[t]
            gone = own - left
            flow = (modes[t] - q * drive) * left
            through = (q * gone).sum(axis=0)
            if of_parameters:
                of_h += clock[t] * flow
                of_q += drive * gone
                of_gain += level[t] * losses[t] * through
            if of_rates:
                np.sum(h * flow, axis=0, out=of_clock[t])
                np.multiply(through, excess, out=of_level[t])
            of_losses[t] += gain * level[t] * through
            own = left + of_losses[t]
        found = (own, -2 * of_h, of_q, of_gain, of_losses.sum(axis=0), -2 * of_clock, of_level)
        asked = zip(found, ctx.saved_tensors, ctx.needs_input_grad, strict=True)
        return tuple(
            torch.from_numpy(each).sum_to_size(given.shape) if needed else None for each, given, needed in asked
        )


def recurrence(
    first: Tensor, h: Tensor, q: Tensor, gain: Tensor, offset: Tensor, clock: Tensor, level: Tensor
) -> Tensor:
    """The losses of :class:`ModesRecurrence`, (T, ...), from e_0, h, q, g, c, s and η.

    Either all of h, q and g need a gradient, or none, and both of s and η, or none.
    """
    return ModesRecurrence.apply(first, h, q, gain, offset, clock, level)
