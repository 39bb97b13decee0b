"""Where parameters may lie, and the map of each parameter onto all real numbers."""

import math
from typing import Any

import torch
from torch import Tensor

from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError

MARGIN = 1e-6
"""Least distance from two bounds, as a fraction of the distance between them, at which the logit is evaluated (single
precision)."""


class Support:
    """Bounds of each parameter, ``low < θ < high``, and its map onto all real numbers.

    The map is

    * the logit between two bounds: ``y = log(u / (1 - u))``, ``u = (θ - low) / (high - low)``;
    * a logarithm beside one bound: ``y = log(θ - low)`` or ``y = log(high - θ)``;
    * the identity without bounds: ``y = θ``.

    Args:
        low: lower bounds, (parameter,); minus infinity for none.
        high: upper bounds, (parameter,); infinity for none.
        std: standard deviation of each parameter in the prior, (parameter,), the unit of errors.

    Raises:
        ConfigError: if a bound is NaN, or an upper bound is not above the lower one.
    """

    def __init__(self, low: Any, high: Any, std: Any) -> None:
        low, high = as_numbers(low, "the prior's bounds"), as_numbers(high, "the prior's bounds")
        if low.ndim != 1 or low.shape != high.shape or not low.numel() or not (high > low).all():
            raise ConfigError(
                f"the prior lies between {low.tolist()} and {high.tolist()}, expected two lists of numbers or infinities, low "
                "< high"
            )
        self.low, self.high, self.std = low, high, as_numbers(std, "the prior's standard deviations")
        below, above = low.isfinite(), high.isfinite()
        self._boxed, self._raised, self._capped = below & above, below & ~above, ~below & above
        self._origin, self._end = low.where(below, 0.0), high.where(above, 0.0)
        self._width = (high - low).where(self._boxed, 1.0)

    def contains(self, theta: Tensor) -> Tensor:
        """Whether (..., parameter) lies inside, (...)."""
        return ((theta >= self.low) & (theta <= self.high)).all(dim=-1)

    def to_reals(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """y, and ``log |dy/dθ|`` summed over the parameters. Both are constant closer to two bounds than :data:`MARGIN`."""
        u = ((theta - self._origin) / self._width).clamp(MARGIN, 1 - MARGIN)
        far = torch.where(self._capped, self._end - theta, theta - self._origin)
        log_far = far.clamp_min(torch.finfo(far.dtype).tiny).log()
        beside = self._raised | self._capped
        y = torch.where(self._boxed, u.logit(), torch.where(beside, log_far, theta))
        rest = torch.where(beside, -log_far, 0.0)
        slopes = torch.where(self._boxed, -(u * (1 - u) * self._width).log(), rest)
        return y, slopes.sum(dim=-1)

    def from_reals(self, y: Tensor) -> Tensor:
        """θ of y, never outside."""
        y = y.to(self.low.dtype)
        limits = torch.finfo(y.dtype)  # so that no power of e is infinite, which would make gradients NaN in all maps
        far = y.clamp(math.log(limits.tiny), 0.99 * math.log(limits.max)).exp()
        beside = torch.where(self._capped, self._end - far, torch.where(self._raised, self._origin + far, y))
        inside = self._origin + self._width * y.sigmoid().clamp(MARGIN, 1 - MARGIN)
        return torch.where(self._boxed, inside, beside)

    def describe(self) -> dict[str, Tensor]:
        """What a file keeps of it, for :func:`pathlode.inference.priors.described`."""
        return {"low": self.low, "high": self.high, "std": self.std}
