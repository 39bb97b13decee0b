"""A short summary of many numbers, learnt together with the flow."""

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from pathlode.inference.summary_network import SummaryNetwork

if TYPE_CHECKING:
    from pathlode.inference.flows.settings import FlowConfig


class PerceptronSummary(SummaryNetwork):
    """A linear layer, residual blocks h + W₂ silu(W₁ norm(h)), a norm and a linear layer.

    Args:
        numbers: numbers in what is summarised.
        width: units of a layer.
        blocks: number of residual blocks.
        summary: numbers in the summary.
        seed: seed of the initial weights.

    Source: ours; the blocks are those of pre-norm transformers, Xiong et al. 2020 (https://arxiv.org/abs/2002.04745), without
    attention.
    """

    def __init__(self, numbers: int, width: int, blocks: int, summary: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.first = nn.Linear(numbers, width)
            self.blocks = nn.ModuleList([_block(width) for _ in range(blocks)])
            self.last = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, summary))

    @classmethod
    def of(cls, numbers: int, config: "FlowConfig", seed: int) -> Self:
        return cls(numbers, config.perceptron, config.blocks, config.embedded, seed)

    def forward(self, given: Tensor) -> Tensor:
        hidden = self.first(given)
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.last(hidden)


def _block(width: int) -> nn.Module:
    return nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
