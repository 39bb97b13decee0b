"""The networks that are trained: convolutional, residual, and a causal transformer."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.errors import ConfigError

GROUPS = 8
"""Groups of channels that a :class:`ResNet` normalises together, at most."""


class Cnn(nn.Module):
    """Convolutions of 3 x 3 with ReLU, one hidden layer, and logits: (batch, channel, height, width) -> (batch, class).

    The sizes of paper [C] are ``channels=(64, 64, 128, 128)``, ``strides=(1, 2, 1, 2)``, ``hidden=256``; the strides are our
    choice, the paper does not give them.

    Args:
        shape: (channel, height, width) of an image.
        classes: number of classes.
        channels: outputs of each convolution.
        strides: of each convolution.
        hidden: units of the hidden layer.

    Raises:
        ConfigError: if the shape is not an image's, or there are not as many strides as channels.

    Source: Sampson & Melchior 2025 (https://arxiv.org/abs/2509.23052).
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: int,
        channels: Sequence[int] = (16, 32),
        strides: Sequence[int] = (2, 2),
        hidden: int = 64,
    ) -> None:
        super().__init__()
        _refuse_unless_images("cnn", shape)
        if len(strides) != len(channels):
            raise ConfigError(
                f"cnn.strides has {len(strides)} entries, expected {len(channels)}, one for each of channels"
            )
        layers: list[nn.Module] = []
        inputs = shape[0]
        for outputs, stride in zip(channels, strides, strict=True):
            layers += [nn.Conv2d(inputs, outputs, 3, stride, padding=1), nn.ReLU()]
            inputs = outputs
        self.features = nn.Sequential(*layers, nn.Flatten())
        with torch.no_grad():
            flat = self.features(torch.zeros(1, *shape)).shape[1]
        self.head = nn.Sequential(nn.Linear(flat, hidden), nn.ReLU(), nn.Linear(hidden, classes))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))


class ResNet(nn.Module):
    """A residual network: a convolution, stages of blocks, mean over the image, and logits.

    (batch, channel, height, width) -> (batch, class). Each stage after the first halves height and width. ResNet-18 as it is
    used for CIFAR is ``channels=(64, 128, 256, 512)``, ``blocks=2``, ``stride=1``. It normalises over groups of channels
    instead of the batch (Wu & He 2018): so the network is a function of its weights alone, whose Hessian is well defined, and
    averages of weights, as schedule-free training takes them, need no new statistics.

    Args:
        shape: (channel, height, width) of an image.
        classes: number of classes.
        channels: of each stage.
        blocks: in each stage, two convolutions each.
        stride: of the first convolution, which is 2 stride + 1 pixels wide, so that it skips none.

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
        _refuse_unless_images("resnet", shape)
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


class Transformer(nn.Module):
    """A causal transformer with normalisation before each part: characters (batch, time) -> logits (batch, time, class).

    The logits at a position depend on the characters up to it, none after it. Positions are learnt.

    Args:
        shape: (time,), the longest context.
        classes: number of different characters.
        layers: number of blocks, each attention and a perceptron of four times the width.
        width: dimensions of a character's vector.
        heads: of the attention; they divide the width.

    Raises:
        ConfigError: if the shape is not a text's, or the width is no multiple of the heads.

    Source: Radford et al. 2019 (GPT-2), sec. 2.3; Xiong et al. 2020 (https://arxiv.org/abs/2002.04745).
    """

    def __init__(self, shape: Sequence[int], classes: int, layers: int = 2, width: int = 64, heads: int = 4) -> None:
        super().__init__()
        if len(shape) != 1:
            raise ConfigError(f"the network transformer reads texts (time,), got data of shape {tuple(shape)}")
        if width % heads != 0:
            raise ConfigError(f"transformer.width is {width}, expected a multiple of heads, {heads}")
        self.characters = nn.Embedding(classes, width)
        self.positions = nn.Parameter(torch.zeros(shape[0], width))
        self.blocks = nn.Sequential(*(_CausalBlock(width, heads) for _ in range(layers)))
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, classes))
        for vectors in (self.characters.weight, self.positions):
            nn.init.normal_(vectors, std=width**-0.5)

    def forward(self, characters: Tensor) -> Tensor:
        return self.head(self.blocks(self.characters(characters) + self.positions[: characters.shape[-1]]))


class _CausalBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_perceptron = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self._attend(self.before_attention(x))
        return x + self.perceptron(self.before_perceptron(x))

    def _attend(self, x: Tensor) -> Tensor:
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.query_key_value(x).chunk(3, dim=-1)
        )
        attended = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.project(attended.transpose(1, 2).flatten(2))


def _refuse_unless_images(network: str, shape: Sequence[int]) -> None:
    if len(shape) != 3:
        raise ConfigError(
            f"the network {network} reads images (channel, height, width), got data of shape {tuple(shape)}"
        )
