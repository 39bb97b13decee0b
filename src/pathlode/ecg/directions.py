"""What the latents of beats see: the usual beat, moved through the latent space and decoded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from pathlode.arrays import Array
from pathlode.core.solve import Adaptive
from pathlode.ecg.conditions import TIMES
from pathlode.ecg.features import Features
from pathlode.models.contract import SequenceModel


@dataclass(frozen=True)
class PrincipalMoves:
    """Latent vectors along the principal directions of some beats.

    With m the median of z0, u_k the unit eigenvectors of its covariance and v_k their eigenvalues, the largest first, they are
    m + s · √v_k · u_k for steps s. The sign of u_k makes its largest entry positive.

    Attributes:
        z0: (direction, step, latent).
        shares: v_k divided by the sum of all eigenvalues, (direction,).
    """

    z0: Features
    shares: Array

    @classmethod
    def of(cls, z0: Features, count: int, steps: Sequence[float]) -> "PrincipalMoves":
        """Moves of ``count`` directions.

        Args:
            z0: of some beats, (beat, latent).
            count: number of directions, at most that of the latents.
            steps: in standard deviations of z0 along a direction.
        """
        variances, axes = np.linalg.eigh(np.cov(z0.astype(np.float64), rowvar=False))
        variances, axes = variances[::-1].clip(0), axes.T[::-1]
        axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
        away = np.sqrt(variances[:count, None]) * axes[:count]
        moved = np.median(z0, axis=0) + np.asarray(steps)[:, None] * away[:, None]
        return cls(moved.astype(np.float32), variances[:count] / variances.sum())


@torch.no_grad()
def decode(model: SequenceModel, z0: Features, solver: Adaptive) -> Features:
    """Millivolts at 360 Hz of latent vectors, (..., POINTS).

    Args:
        model: a latent ODE of one member.
        z0: (..., latent).
        solver: of its equation.
    """
    each = torch.from_numpy(z0).reshape(1, -1, z0.shape[-1])
    start = TIMES[0].expand(each.shape[:2])
    values = model.values_from(each, start, TIMES.expand(*each.shape[:2], -1), solver)
    decoded: Features = values[0, :, :, 0].numpy()
    return decoded.reshape(*z0.shape[:-1], -1)
