"""The values of a setting that a tuning tries, and how they grow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pathlode.errors import ConfigError

AT_THE_EDGE = 0.1
"""Share of the replicates whose choice may lie at an edge of the tried values; with more of them the values grow there."""


@dataclass(frozen=True)
class Axis:
    """The values of one setting that a tuning tries.

    Args:
        values: increasing and positive. One value alone is fixed.
        growths: largest number of times that the values grow.
        largest: a value beyond which they do not grow; None for no such value.
        name: in messages.

    Raises:
        ConfigError: if the values are not positive and increasing.
    """

    values: tuple[float, ...]
    growths: int = 0
    largest: float | None = None
    name: str = "values"

    def __post_init__(self) -> None:
        if not self.values or self.values[0] <= 0 or any(high <= low for low, high in pairwise(self.values)):
            raise ConfigError(f"tune.{self.name} is {list(self.values)}, expected positive numbers in increasing order")

    @property
    def middle(self) -> float:
        """The value in the middle; of two, the lower one."""
        return self.values[(len(self.values) - 1) // 2]

    def grown(self, chosen: Sequence[float]) -> "Axis":
        """The axis with one more value at each edge that more than :data:`AT_THE_EDGE` of the replicates chose.

        A new value is as far from its neighbour as that one from the next, as a ratio. An axis that grows no more, or at no
        edge, is returned as it is.

        Args:
            chosen: each replicate's value.
        """
        if not self.growths or len(self.values) < 2:
            return self
        most, grown = AT_THE_EDGE * len(chosen), list(self.values)
        higher = self.values[-1] ** 2 / self.values[-2]
        if sum(value == self.values[0] for value in chosen) > most:
            grown.insert(0, self.values[0] ** 2 / self.values[1])
        if sum(value == self.values[-1] for value in chosen) > most and higher <= (self.largest or math.inf):
            grown.append(higher)
        if len(grown) == len(self.values):
            return self
        return replace(self, values=tuple(grown), growths=self.growths - 1)
