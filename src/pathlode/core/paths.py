"""Length of latent paths, and its unit."""

from torch import Tensor

from pathlode.core import kernels
from pathlode.core.masks import held
from pathlode.core.shapes import Latent, LatentPath, Mask
from pathlode.errors import DataError

SPREAD_FLOOR = 1e-6
"""Lower bound on the standard deviation of z0 and on squared lengths: keeps quotients and roots differentiable."""


def spread(z0: Latent) -> Tensor:
    """Standard deviation of each latent dimension over the batch, (member, 1, latent), at least :data:`SPREAD_FLOOR`.

    Raises:
        DataError: if the batch has one trajectory.
    """
    return deviation(z0).clamp_min(SPREAD_FLOOR)


def deviation(z0: Latent) -> Tensor:
    """Standard deviation of each latent dimension over the batch, (member, 1, latent).

    Raises:
        DataError: if the batch has one trajectory.
    """
    if z0.shape[1] < 2:
        raise DataError(
            "a batch of one trajectory has no standard deviation of z0, the unit of path lengths: train on batches of at least "
            "2, for example with drop_last=True in a DataLoader"
        )
    return z0.std(dim=1, keepdim=True)


def path_length(path: LatentPath, scale: Tensor | float = 1.0, mask: Mask | None = None) -> Tensor:
    """Length Σ_i ‖(z_{i+1} - z_i) / scale‖ of every latent path, (member, batch).

    Args:
        path: z along the times, (member, batch, time, latent).
        scale: standard deviations (member, 1, latent), for the Mahalanobis length with a diagonal covariance.
        mask: where values were observed, (member, batch, time, feature). The length connects the first point and those of times
            at which any was; all by default.
    """
    if mask is not None:
        resting = (~mask.any(dim=-1)[..., 1:]).sum(
            dim=-1
        ) * SPREAD_FLOOR  # the lower bound counts a step at rest as this
        return path_length(held(path, mask), scale) - resting
    if isinstance(scale, Tensor):
        if kernels.usable(path, scale):
            return kernels.Length.apply(path, scale, SPREAD_FLOOR**2)
        path = path / scale[:, :, None]
    return path.diff(dim=2).square().sum(dim=-1).clamp_min(SPREAD_FLOOR**2).sqrt().sum(dim=-1)
