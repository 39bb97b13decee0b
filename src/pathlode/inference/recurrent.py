"""A summary learnt together with the flow."""

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from pathlode.core.encoders.gru import GRU
from pathlode.core.masks import observed as observed_at
from pathlode.core.masks import padded
from pathlode.inference.summary_network import SummaryNetwork

if TYPE_CHECKING:
    from pathlode.inference.flows.settings import FlowConfig


class RecurrentSummary(SummaryNetwork):
    """A GRU over all observations, then a linear layer.

    Args:
        features: measured quantities per observation.
        hidden: size of the GRU's state.
        summary: numbers in the summary.
        seed: seed of the initial weights.
        gaps: whether it reads series in which some features are missing at times at which others are observed.

    Source: ours, as a rival of the latent vectors.
    """

    def __init__(self, features: int, hidden: int, summary: int, seed: int, gaps: bool = False) -> None:
        super().__init__()
        self.encoder = GRU([torch.Generator().manual_seed(seed)], features, hidden, gaps)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(hidden, summary)

    @classmethod
    def of(cls, numbers: int, config: "FlowConfig", seed: int) -> Self:
        return cls(numbers - 1, config.recurrent, config.embedded, seed, config.gaps)

    def forward(self, given: Tensor) -> Tensor:
        times, values = given[None, ..., 0], given[None, ..., 1:]
        mask = observed_at(values)
        if mask is not None:
            times, values = padded(times), values.where(mask, 0.0)
        return self.head(self.encoder(times, values, mask)[0])
