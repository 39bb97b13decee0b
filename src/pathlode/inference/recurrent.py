"""A summary learnt together with the flow."""

import torch
from torch import Tensor, nn

from pathlode.core.encoders.gru import GRU
from pathlode.core.masks import observed as observed_at
from pathlode.core.masks import padded


class RecurrentSummary(nn.Module):
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

    def forward(self, observed: Tensor) -> Tensor:
        """(n, time, 1 + feature), standardised -> (n, summary). NaN is a missing value, and pads a short series at its end."""
        times, values = observed[None, ..., 0], observed[None, ..., 1:]
        mask = observed_at(values)
        if mask is not None:
            times, values = padded(times), values.where(mask, 0.0)
        return self.head(self.encoder(times, values, mask)[0])
