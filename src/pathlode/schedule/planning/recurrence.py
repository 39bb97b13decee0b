"""The recurrences of noisy modes, with their gradients in closed form."""

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

    Shapes, with any last axes ... that are broadcast: d and f (T, mode, ...), e_0, q and r (mode, ...), c (...), L (T, ...).
    """

    @staticmethod
    def forward(ctx: Any, decay: Tensor, drive: Tensor, *parameters: Tensor) -> Tensor:
        """L from d, f, e_0, q, r and c."""
        d, f, first, q, r, offset = (each.detach().numpy() for each in (decay, drive, *parameters))
        modes, losses = [np.broadcast_to(first, np.broadcast_shapes(first.shape, d.shape[1:]))], []
        loss = modes[0].sum(axis=0) + offset
        forced = []
        for kept, gained in zip(d, f, strict=True):
            forced.append(q + r * loss)
            modes.append(kept * modes[-1] + gained * forced[-1])
            loss = modes[-1].sum(axis=0) + offset
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
            own = own + (of_losses[t] + through)
            np.multiply(own, modes[t], out=of_decay[t])
            np.multiply(own, forced[t], out=of_drive[t])
            through = (own * f[t] * r).sum(axis=0)
            own = own * d[t]
        return torch.from_numpy(of_decay), torch.from_numpy(of_drive), None, None, None, None


def recurrence(decay: Tensor, drive: Tensor, first: Tensor, q: Tensor, r: Tensor, offset: Tensor) -> Tensor:
    """The losses of :class:`ModesRecurrence`, (T, ...), from d, f, e_0, q, r and c; d and f have all axes."""
    found: Tensor = ModesRecurrence.apply(decay, drive, first, q, r, offset)
    return found


class ModesMaps(torch.autograd.Function):
    """d_T = Π_t (1 - η_t h_k)² and f_T, with f_t = (1 - η_t h_k)² f_{t-1} + η_t² and f_0 = 0.

    That is what steps with the rates η make of a mode. The gradient is that of the adjoint recurrences, backwards from t = T.
    There is none for h.

    Shapes: η (T, moment, set, run), h (mode, member, set, 1), d_T and f_T (moment, mode, member, set, run).
    """

    @staticmethod
    def forward(ctx: Any, rates: Tensor, curvature: Tensor) -> tuple[Tensor, Tensor]:
        """d_T and f_T from η and h."""
        h = curvature.detach().numpy()
        decay, drive, states = np.ones(()), np.zeros(()), []
        for rate in rates.detach().numpy()[:, :, None, None]:
            factor = 1 - rate * h
            if ctx.needs_input_grad[0]:
                states.append((decay, drive, factor))
            kept = factor * factor
            decay, drive = decay * kept, drive * kept + rate * rate
        ctx.states = rates.detach().numpy(), h, states
        return torch.from_numpy(decay), torch.from_numpy(drive)

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> tuple[Tensor, None]:
        """The gradient for η, and None for h."""
        rates, h, states = ctx.states
        of_decay, of_drive = (output.numpy().copy() for output in outputs)
        of_rates = np.empty_like(rates)
        for t in range(len(rates) - 1, -1, -1):
            of_rates[t] = 2 * rates[t] * of_drive.sum(axis=(1, 2))
            decay, drive, factor = states[t]
            of_factor = decay * of_decay
            of_factor += drive * of_drive
            of_factor *= factor
            of_factor *= h
            of_rates[t] -= 2 * of_factor.sum(axis=(1, 2))
            kept = factor * factor
            of_decay *= kept
            of_drive *= kept
        return torch.from_numpy(of_rates), None


def maps(rates: Tensor, curvature: Tensor) -> tuple[Tensor, Tensor]:
    """d_T and f_T of :class:`ModesMaps`, from η and h."""
    decay, drive = ModesMaps.apply(rates, curvature)
    return decay, drive
