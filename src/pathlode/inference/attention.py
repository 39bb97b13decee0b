"""A summary of single observations, to which learnt queries attend, learnt together with the flow."""

import math
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from pathlode.inference.summary_network import SummaryNetwork

if TYPE_CHECKING:
    from pathlode.inference.flows.settings import FlowConfig

FREQUENCIES = 8
"""Sines and cosines of a time."""
QUERIES = 16
"""Number of queries."""
READ = 8
"""Numbers that a query reads of an observation."""


class AttentionSummary(SummaryNetwork):
    """W norm(Σ_i a_1i v_1i, ..., Σ_i a_Qi v_Qi, log count), with a_qi = softmax_i(k_i · q_q / √d) over the observations i of a
    series.

    A perceptron makes k_i and all v_qi of an observation's values, of its time t, and of sin(ω_j t) and cos(ω_j t). The ω_j are
    multiples of that of a wave twice as long as the window. The order of the observations has no effect, and no value is
    interpolated.

    Cost: one pass of the perceptron for each observation; padding takes none.

    Args:
        features: measured quantities per observation.
        width: units of the perceptron, and d.
        summary: numbers in the summary.
        seed: seed of the initial weights.
        gaps: whether it reads series in which some features are missing at times at which others are observed.

    Source: ours; attention by learnt queries is that of Lee et al. 2019, Set transformer (https://arxiv.org/abs/1810.00825).
    """

    def __init__(self, features: int, width: int, summary: int, seed: int, gaps: bool = False) -> None:
        super().__init__()
        self.gaps = gaps
        self.frequencies = nn.Buffer(math.pi / (2 * 3**0.5) * torch.arange(1.0, FREQUENCIES + 1))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            inputs = 1 + 2 * FREQUENCIES + features * (2 if gaps else 1)
            self.point = nn.Sequential(
                nn.Linear(inputs, width),
                nn.SiLU(),
                nn.Linear(width, width),
                nn.SiLU(),
                nn.Linear(width, width + QUERIES * READ),
            )
            self.queries = nn.Parameter(torch.randn(QUERIES, width))
            self.last = nn.Sequential(nn.LayerNorm(QUERIES * READ + 1), nn.Linear(QUERIES * READ + 1, summary))

    @classmethod
    def of(cls, numbers: int, config: "FlowConfig", seed: int) -> Self:
        return cls(numbers - 1, config.attention, config.embedded, seed, config.gaps)

    def forward(self, given: Tensor) -> Tensor:
        owner, column = (~given[..., 1:].isnan()).any(dim=-1).nonzero(as_tuple=True)
        times, values = given[owner, column].split([1, given.shape[-1] - 1], dim=-1)
        waves = times * self.frequencies
        parts = [times, waves.sin(), waves.cos(), values.nan_to_num()]
        if self.gaps:
            parts.append((~values.isnan()).to(values))
        keys, made = self.point(torch.cat(parts, dim=-1)).split([self.queries.shape[1], QUERIES * READ], dim=-1)
        scores = keys @ self.queries.T / keys.shape[-1] ** 0.5  # (observation, query)
        series = owner[:, None].expand_as(scores)
        largest = scores.new_zeros(len(given), QUERIES).scatter_reduce(0, series, scores, "amax", include_self=False)
        weights = (scores - largest.detach()[owner]).exp()
        total = weights.new_zeros(len(given), QUERIES).index_add(0, owner, weights)
        shares = (weights / total[owner])[..., None] * made.unflatten(1, (QUERIES, READ))
        pooled = shares.new_zeros(len(given), *shares.shape[1:]).index_add(0, owner, shares)
        count = owner.bincount(minlength=len(given)).to(pooled).log()
        return self.last(torch.cat([pooled.flatten(1), count[:, None]], dim=1))
