"""The prior of a simulated system: uniform in a box."""

from typing import Any

from torch import Tensor

from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError
from pathlode.inference.support import Support


class Box(Support):
    """Uniform prior in low < θ < high.

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
        super().__init__(low, high, (high - low) / 12**0.5)

    def describe(self) -> dict[str, Tensor]:
        """The bounds; with no standard deviation beside them they are those of a box."""
        return {"low": self.low, "high": self.high}
