"""The Kalman filter of a state whose first half is measured, with a covariance of three diagonals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from pathlode.core.linear_sde import Transition, bounded


@dataclass(frozen=True)
class Belief:
    """A normal distribution of a state z = (p, r): p_i is measured, and r_i is memory, i = 1 ... m.

    Each p_i and r_i may be correlated, no others. So the covariance is three diagonals: u of p, l of r, and s between the two.
    Kept are u, g = s / u and c = l - s² / u, which says that r_i = E r_i + g_i (p_i - E p_i) + e_i with e_i ~ N(0, c_i). The
    covariance is positive definite if u > 0 and c > 0, and a measurement of p changes u alone of the three.

    For m = 1 the covariance is complete, and the filter is the exact one.

    Attributes:
        mean: E z, (..., 2 m).
        variance: u, (..., m).
        slope: g, (..., m).
        rest: c, (..., m).

    Source: Becker et al. 2019, Recurrent Kalman networks (https://arxiv.org/abs/1905.07357), for the three diagonals.
    """

    mean: Tensor
    variance: Tensor
    slope: Tensor
    rest: Tensor

    @classmethod
    def of(cls, numbers: Tensor) -> Self:
        """The belief with these :attr:`numbers`."""
        half = numbers.shape[-1] // 5
        return cls(*numbers.split([2 * half, half, half, half], dim=-1))

    @classmethod
    def standard(cls, shape: Sequence[int], like: Tensor) -> Self:
        """N(0, 1) for each component, with the axes ``shape``, of which the last is 2 m."""
        ones = like.new_ones(*shape[:-1], shape[-1] // 2)
        return cls(like.new_zeros(shape), ones, torch.zeros_like(ones), ones)

    @property
    def numbers(self) -> Tensor:
        """All numbers as one tensor, (..., 5 m)."""
        return torch.cat([self.mean, self.variance, self.slope, self.rest], dim=-1)

    def where(self, chosen: Tensor, other: Self) -> Self:
        """This belief where ``chosen``, (...), is true, and the other elsewhere."""
        return type(self).of(self.numbers.where(chosen[..., None], other.numbers))

    def moved(self, by: Transition) -> Self:
        """The belief after a transition: Φ E z, and the three diagonals of Φ Σ Φᵀ + Q."""
        half = self.variance.shape[-1]
        ahead, memory = by.matrix.split(half, dim=-1)
        effects = torch.cat([ahead + memory * self.slope[..., None, :], memory], dim=-1)  # of p - E p, and of e
        sources = torch.cat([self.variance, self.rest], dim=-1)[..., None, :]
        diagonal = bounded((effects.square() * sources).sum(dim=-1) + by.noise.diagonal(dim1=-2, dim2=-1))
        upper, lower = effects.split(half, dim=-2)
        between = (upper * lower * sources).sum(dim=-1) + by.noise[..., :half, half:].diagonal(dim1=-2, dim2=-1)
        between = bounded(between)
        variance, whole = diagonal.split(half, dim=-1)
        slope = between / variance
        least = torch.finfo(whole.dtype).eps * whole
        mean = bounded((by.matrix @ self.mean[..., None])[..., 0])
        return type(self)(mean, variance, slope, (whole - slope * between).maximum(least))

    def updated(self, measured: Tensor, noise: Tensor) -> Self:
        """The belief after measuring p with the noise's variance, both (..., m)."""
        gain = self.variance / (self.variance + noise)
        before, memory = self.mean.chunk(2, dim=-1)
        change = gain * (measured - before)
        mean = torch.cat([before + change, memory + self.slope * change], dim=-1)
        return type(self)(mean, gain * noise, self.slope, self.rest)
