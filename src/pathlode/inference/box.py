"""The prior of a simulated system: uniform in a box."""

from typing import Any

from torch import Tensor

from pathlode.core.convert import as_numbers
from pathlode.errors import ConfigError

MARGIN = 1e-6
"""Least distance from the box's sides, as a fraction of its widths, at which the logit is evaluated (single precision)."""


class Box:
    """Uniform prior in low < θ < high, and its map onto all real numbers: y = log(u / (1 - u)), u = (θ - low) / (high - low).

    Args:
        low: lower bounds, (parameter,).
        high: upper bounds, (parameter,).

    Raises:
        ConfigError: if a bound is not finite, or an upper bound is not above the lower one.
    """

    def __init__(self, low: Any, high: Any) -> None:
        low, high = as_numbers(low, "the prior's bounds"), as_numbers(high, "the prior's bounds")
        if (
            low.ndim != 1
            or low.shape != high.shape
            or not low.numel()
            or not (high - low > 0).all()
            or not (high - low).isfinite().all()
        ):
            raise ConfigError(
                f"the prior is {low.tolist()} to {high.tolist()}, expected finite numbers, low < high: choose a system whose "
                "parameters are uniform in a box"
            )
        self.low, self.high = low, high

    @property
    def std(self) -> Tensor:
        """Standard deviation of each parameter, (high - low) / √12."""
        return (self.high - self.low) / 12**0.5

    def contains(self, theta: Tensor) -> Tensor:
        """Whether (..., parameter) lies inside, (...)."""
        return ((theta >= self.low) & (theta <= self.high)).all(dim=-1)

    def to_reals(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """y, and ``log |dy/dθ|`` summed over the parameters. Both are constant closer to a side than :data:`MARGIN`."""
        u = ((theta - self.low) / (self.high - self.low)).clamp(MARGIN, 1 - MARGIN)
        slopes = -(u * (1 - u) * (self.high - self.low)).log()
        return u.logit(), slopes.sum(dim=-1)

    def from_reals(self, y: Tensor) -> Tensor:
        """θ of y, never outside the box."""
        return self.low + (self.high - self.low) * y.to(self.low.dtype).sigmoid().clamp(MARGIN, 1 - MARGIN)
