"""The interface of networks that are trained with a flow and shorten what it is given."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

from torch import Tensor, nn

if TYPE_CHECKING:
    from pathlode.inference.flows.settings import FlowConfig


class SummaryNetwork(nn.Module, ABC):
    """A network from summaries (n, number), or from observations (n, time, 1 + feature), to ``embedded`` numbers.

    Those of observations have the word ``observations`` in :data:`pathlode.registry.EMBEDDINGS`. NaN is a missing value there,
    and pads a short series at its end. Each row of the result is as for the series alone.
    """

    @classmethod
    @abstractmethod
    def of(cls, numbers: int, config: "FlowConfig", seed: int) -> Self:
        """The network of a flow.

        Args:
            numbers: numbers in a summary, or at each time of the observations, the time among them.
            config: settings of the flow.
            seed: seed of the initial weights.

        Raises:
            ConfigError: if it cannot read as many numbers.
        """

    @abstractmethod
    def forward(self, given: Tensor) -> Tensor:
        """Standardised (n, ...) -> (n, embedded)."""
