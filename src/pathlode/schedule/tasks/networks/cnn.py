"""A convolutional network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.errors import ConfigError
from pathlode.schedule.tasks.networks.images import refuse_unless_images


class Cnn(nn.Module):
    """Convolutions of 3 x 3 with ReLU, one hidden layer, and logits: (batch, channel, height, width) -> (batch, class).

    The sizes of paper [C] are ``channels=(64, 64, 128, 128)``, ``strides=(1, 2, 1, 2)``, ``hidden=256``. The strides are our
    choice; the paper does not give them.

    Args:
        shape: (channel, height, width) of an image.
        classes: number of classes.
        channels: output channels of each convolution.
        strides: stride of each convolution.
        hidden: units of the hidden layer.

    Raises:
        ConfigError: if the shape is not an image's, or the numbers of strides and channels differ.

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
        refuse_unless_images("cnn", shape)
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

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))
