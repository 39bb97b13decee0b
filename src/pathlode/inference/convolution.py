"""A short summary of numbers on a grid of times by convolutions, learnt together with the flow."""

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from pathlode.errors import ConfigError
from pathlode.inference.summary_network import SummaryNetwork

if TYPE_CHECKING:
    from pathlode.inference.flows.settings import FlowConfig

_POOLED = 8
"""Equal parts of the grid whose means the last layer reads."""


class ConvolutionSummary(SummaryNetwork):
    """A convolution, residual blocks h + C₂ silu(C₁ norm(h)) whose C₁ reads ever more distant times, means over eight parts
    of the grid, and a linear layer.

    It reads (channel · position) numbers, as :func:`pathlode.inference.bins.binned` gives them, and one more at the end that
    is the same at all positions, such as the noise.

    Args:
        positions: times of the grid.
        channels: numbers at each of them.
        width: channels of a layer.
        blocks: number of residual blocks; the k-th has dilation 2ᵏ⁻¹.
        summary: numbers in the summary.
        seed: seed of the initial weights.

    Source: ours; dilated residual convolutions are those of Bai et al. 2018, temporal convolutional networks
    (https://arxiv.org/abs/1803.01271), here in both directions of time.
    """

    def __init__(self, positions: int, channels: int, width: int, blocks: int, summary: int, seed: int) -> None:
        super().__init__()
        self.positions = positions
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.first = nn.Conv1d(channels + 1, width, 5, padding=2)
            self.blocks = nn.ModuleList([_block(width, 2**number) for number in range(blocks)])
            parts = min(_POOLED, positions)
            self.last = nn.Sequential(nn.AdaptiveAvgPool1d(parts), nn.Flatten(), nn.Linear(parts * width, summary))

    @classmethod
    def of(cls, numbers: int, config: "FlowConfig", seed: int) -> Self:
        channels, left = divmod(numbers - 1, config.positions)
        if left or not channels:
            raise ConfigError(
                f"a summary of {numbers} numbers is not made of channels of {config.positions} positions and one number more: "
                "set flow.positions to the number of bins"
            )
        return cls(config.positions, channels, config.convolution, config.blocks, config.embedded, seed)

    def forward(self, given: Tensor) -> Tensor:
        grid = given[:, :-1].unflatten(1, (-1, self.positions))
        hidden = self.first(torch.cat([grid, given[:, -1:, None].expand(-1, -1, self.positions)], dim=1))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.last(hidden)


def _block(width: int, dilation: int) -> nn.Module:
    return nn.Sequential(
        nn.GroupNorm(1, width),
        nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
        nn.SiLU(),
        nn.Conv1d(width, width, 3, padding=1),
    )
