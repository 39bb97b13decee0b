"""A residual network."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.schedule.tasks.networks.images import refuse_unless_images

GROUPS = 8
"""Largest number of groups in which channels are normalised."""


class ResNet(nn.Module):
    """A residual network: a convolution, stages of blocks, mean over the image, and logits.

    (batch, channel, height, width) -> (batch, class). Each stage after the first halves height and width. ResNet-18 for CIFAR
    is ``channels=(64, 128, 256, 512)``, ``blocks=2``, ``stride=1``. The network normalises over groups of channels instead of
    the batch (Wu & He 2018). It is then a function of its weights alone. Its Hessian is well defined, and averages of weights,
    as in schedule-free training, need no new statistics.

    Args:
        shape: (channel, height, width) of an image.
        classes: number of classes.
        channels: channels of each stage.
        blocks: number of blocks in each stage, of two convolutions each.
        stride: stride of the first convolution, which is 2 stride + 1 pixels wide and so skips no pixel.

    Raises:
        ConfigError: if the shape is not an image's.

    Source: He et al. 2015 (https://arxiv.org/abs/1512.03385); Wu & He 2018 (https://arxiv.org/abs/1803.08494).
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: int,
        channels: Sequence[int] = (8, 16),
        blocks: int = 1,
        stride: int = 2,
    ) -> None:
        super().__init__()
        refuse_unless_images("resnet", shape)
        first = nn.Conv2d(shape[0], channels[0], 2 * stride + 1, stride, padding=stride, bias=False)
        layers: list[nn.Module] = [first, _normalisation(channels[0]), nn.ReLU()]
        inputs = channels[0]
        for stage, outputs in enumerate(channels):
            for block in range(blocks):
                layers.append(_Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
                inputs = outputs
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(inputs, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            _convolution(inputs, outputs, stride),
            _normalisation(outputs),
            nn.ReLU(),
            _convolution(outputs, outputs, 1),
            _normalisation(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), _normalisation(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.main(x) + self.shortcut(x))


def _convolution(inputs: int, outputs: int, stride: int) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)


def _normalisation(channels: int) -> nn.Module:
    return nn.GroupNorm(math.gcd(GROUPS, channels), channels)
