"""The clipped shallow piecewise linear recurrent network."""

from collections.abc import Sequence

import torch

from pathlode.core.fields.piecewise_linear import PiecewiseLinearField
from pathlode.core.shapes import State
from pathlode.models.map_model import MapModel
from pathlode.models.settings import ModelConfig

FIRST_FACTOR = 0.1
"""Factor of the weights with which training starts, so that a step is first a short one. Our choice."""


class ShallowPLRNN(MapModel):
    """x' = x + A x + c + W (φ(V x + b) - φ(V x)), with φ = max(0, ·) and ``width`` rows of V.

    The state is what is observed, in standard deviations. The change in a step is a
    :class:`pathlode.core.fields.piecewise_linear.PiecewiseLinearField`, as the speed is in an observed ODE with this field.

    Args:
        config: ``features`` and ``width`` have an effect.
        seeds: one stacked member per seed.

    Source: Hess et al. 2023, Generalized teacher forcing for learning chaotic dynamics (https://arxiv.org/abs/2306.04406), with
    a full matrix A in place of a diagonal one.
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.change = PiecewiseLinearField(generators, config.features, config.width, 1)
        for parameter in self.change.parameters():
            parameter.data *= FIRST_FACTOR

    def step(self, z: State) -> State:
        return z + self.change(z)

    def first_state(self, x: State) -> State:
        return x
