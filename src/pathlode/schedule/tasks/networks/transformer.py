"""A causal transformer."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.errors import ConfigError


class Transformer(nn.Module):
    """A causal transformer with pre-layer normalisation: characters (batch, time) -> logits (batch, time, class).

    The logits at a position depend on no later character. Position embeddings are learnt.

    Args:
        shape: (time,), the longest context.
        classes: number of different characters.
        layers: number of blocks, each attention and a perceptron of four times the width.
        width: dimensions of a character's embedding.
        heads: number of attention heads, a divisor of the width.

    Raises:
        ConfigError: if the shape is not a text's, or the width is not a multiple of the heads.

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
