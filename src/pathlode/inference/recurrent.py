"""A summary learnt together with the flow."""

import torch
from torch import Tensor, nn

from pathlode.core.encoders.gru import GRU


class RecurrentSummary(nn.Module):
    """A GRU over all observations, then a linear layer.

    Args:
        features: measured quantities per observation.
        hidden: size of the GRU's state.
        summary: numbers in the summary.
        seed: seed of the initial weights.
    """

    def __init__(self, features: int, hidden: int, summary: int, seed: int) -> None:
        super().__init__()
        self.encoder = GRU([torch.Generator().manual_seed(seed)], features, hidden)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(hidden, summary)

    def forward(self, observed: Tensor) -> Tensor:
        """(n, time, 1 + feature), standardised -> (n, summary)."""
        return self.head(self.encoder(observed[None, ..., 0], observed[None, ..., 1:])[0])
