"""Settings of conditional flows and their training."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from pathlode.errors import ConfigError, is_positive
from pathlode.registry import EMBEDDINGS, FLOWS

_LEAST = {
    **dict.fromkeys(
        ("transforms", "width", "depth", "validate_every", "patience", "blocks", "embedded", "positions"), 1
    ),
    **dict.fromkeys(("affine", "epochs", *EMBEDDINGS), 0),
    **{"bins": 2, "steps": 10, "batch": 2},
}
"""Least values of a flow's settings."""


def check_numbers(group: str, settings: Any, least_of: Mapping[str, int]) -> None:
    """Refuses settings that are no whole numbers of at least so much, and a learning rate that is not above 0.

    Args:
        group: name of the settings in messages.
        settings: an object with these attributes, and ``learning_rate``.
        least_of: least value by attribute.

    Raises:
        ConfigError: naming the first attribute at fault, its value, and what was expected.
    """
    for name, least in least_of.items():
        value = getattr(settings, name)
        if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < least:
            raise ConfigError(f"{group}.{name} is {value}, expected a whole number of at least {least}")
    rate = settings.learning_rate
    if not is_positive(rate):
        raise ConfigError(f"{group}.learning_rate is {rate}, expected a rate above 0")


@dataclass(frozen=True)
class FlowConfig:
    """A flow and its training (:class:`pathlode.inference.flows.training.FlowTraining`).

    Args:
        backend: name in :data:`pathlode.registry.FLOWS`.
        transforms: number of stacked transforms. Flow matching has none; ``width`` and ``depth`` alone shape its network.
        width: units of a hidden layer of their perceptrons.
        depth: number of hidden layers; nflows has residual blocks of two layers and rounds up to an even number.
        bins: number of bins of a spline.
        autoregressive: whether a transform passes one parameter after the other, each given those before it, and not one half
            after the other. Draws take as many passes through the network as there are parameters.
        affine: number of autoregressive affine transforms before the splines, y -> (y - m) / s with m and s from the summary
            and the parameters that were passed before. One is enough for a normal posterior of any width. The splines, whose
            bins would cover the whole prior, then shape what is left.
        steps: largest number of optimiser steps.
        epochs: largest number of times that the training sees a pair, on average; 0 for no limit. It lowers the number of steps
            on few pairs, to no fewer than 10, so the learning rate has fallen to 0 before the flow knows them by heart.
        batch: pairs per step.
        learning_rate: the cycle's peak.
        warmup: share of the steps in which the learning rate rises to it.
        weight_decay: decoupled weight decay, as in AdamW; 0 for none. It keeps flows of few pairs from knowing them by heart.
        validation_fraction: share of the pairs that are held out for validation.
        validate_every: steps between validations; the weights of the best one are kept.
        patience: validations without improvement after which training stops, counted from the cycle's peak on.
        recurrent: units of a recurrent network that is trained with the flow and summarises observations
            (:class:`pathlode.inference.recurrent.RecurrentSummary`); 0 for no such network.
        attention: units of a perceptron of single observations, to which learnt queries attend
            (:class:`pathlode.inference.attention.AttentionSummary`); 0 for no such network.
        perceptron: units of a perceptron that is trained with the flow and shortens summaries
            (:class:`pathlode.inference.perceptron.PerceptronSummary`); 0 for no such network.
        convolution: channels of convolutions that shorten summaries on a grid
            (:class:`pathlode.inference.convolution.ConvolutionSummary`); 0 for no such network.
        positions: times of that grid.
        blocks: residual blocks of the perceptron or the convolutions.
        embedded: numbers in the summary of any of these networks.
        gaps: whether the network reads series in which some features are missing (NaN) at times at which others are observed.
            It then has an additional input per feature. Series of different lengths need no such setting.
    """

    backend: str = "zuko"
    transforms: int = 5
    width: int = 64
    depth: int = 2
    bins: int = 8
    autoregressive: bool = False
    affine: int = 0
    steps: int = 2000
    epochs: int = 0
    batch: int = 256
    learning_rate: float = 3e-3
    warmup: float = 0.3
    weight_decay: float = 0.0
    validation_fraction: float = 0.1
    validate_every: int = 50
    patience: int = 8
    recurrent: int = 0
    attention: int = 0
    perceptron: int = 0
    convolution: int = 0
    positions: int = 1
    blocks: int = 3
    embedded: int = 16
    gaps: bool = False

    def __post_init__(self) -> None:
        FLOWS.path(self.backend)  # refuses an unknown name
        check_numbers("flow", self, _LEAST)
        networks = [name for name in EMBEDDINGS if getattr(self, name)]
        if len(networks) > 1:
            raise ConfigError(
                f"flow.{networks[0]} and flow.{networks[1]} are both set, expected one of them: set the other to 0"
            )
        for name in ("validation_fraction", "warmup"):
            share = getattr(self, name)
            if not isinstance(share, Real) or not 0 < float(share) < 1:
                raise ConfigError(f"flow.{name} is {share}, expected a share between 0 and 1")
        for name in ("autoregressive", "gaps"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"flow.{name} is {getattr(self, name)!r}, expected True or False")
        decay = self.weight_decay
        if not isinstance(decay, Real) or isinstance(decay, bool) or not 0 <= float(decay) < math.inf:
            raise ConfigError(f"flow.weight_decay is {self.weight_decay}, expected a number of at least 0")

    @property
    def network(self) -> str | None:
        """Name in :data:`pathlode.registry.EMBEDDINGS` of the network that is trained with the flow, if there is one."""
        return next((name for name in EMBEDDINGS if getattr(self, name)), None)

    @property
    def reads_observations(self) -> bool:
        """Whether that network reads the observations of series, and not numbers."""
        return self.network is not None and "observations" in EMBEDDINGS.words(self.network)
