"""What a vector field reads besides the state and the time."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.shapes import Latent, LatentPath, Times
from pathlode.core.signals import Signal


@dataclass(frozen=True)
class FieldContext:
    """The context c of a field along its paths.

    Attributes:
        constant: what does not change along a path: z0, followed by static covariates, (member, batch, constant).
        signal: known inputs as a function of τ, which follow it; None without any.
        draws: standard normal draws of a training step for a field that samples, (member, batch, draws); None for its mean.
    """

    constant: Latent
    signal: Signal | None = None
    draws: Tensor | None = None

    def along(self, times: Times) -> LatentPath:
        """c at times τ, (member, batch, time): (member, batch, time, context)."""
        constant = self.constant[:, :, None].expand(*times.shape, self.constant.shape[-1])
        return constant if self.signal is None else torch.cat([constant, self.signal(times)], dim=-1)
