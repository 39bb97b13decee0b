"""Length of latent paths, and its unit."""

from torch import Tensor

from pathlode.core import kernels
from pathlode.core.shapes import Latent, LatentPath

SPREAD_FLOOR = 1e-6
"""Lower bound on the standard deviation of z0 and on squared lengths: keeps quotients and roots differentiable."""


def spread(z0: Latent) -> Tensor:
    """Standard deviation of each latent dimension over the batch, (member, 1, latent)."""
    return z0.std(dim=1, keepdim=True).clamp_min(SPREAD_FLOOR)


def path_length(path: LatentPath, scale: Tensor | float = 1.0) -> Tensor:
    """Length Σ_i ‖(z_{i+1} - z_i) / scale‖ of every latent path, (member, batch).

    Args:
        path: z along the times, (member, batch, time, latent).
        scale: standard deviations (member, 1, latent), for the Mahalanobis length with a diagonal covariance.
    """
    if isinstance(scale, Tensor):
        if kernels.usable(path, scale):
            return kernels.Length.apply(path, scale, SPREAD_FLOOR**2)
        path = path / scale[:, :, None]
    return path.diff(dim=2).square().sum(dim=-1).clamp_min(SPREAD_FLOOR**2).sqrt().sum(dim=-1)
