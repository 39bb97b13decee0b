"""What models return for a batch of trajectories."""

from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor

from pathlode.core.fields.context import FieldContext
from pathlode.core.shapes import Latent, LatentPath, Starts, State, States, Times, Values
from pathlode.errors import ConfigError

Part = TypeVar("Part")
"""The part that :func:`required` returns."""


@dataclass(frozen=True)
class Encoding:
    """The encoder's output.

    Attributes:
        z0: the latent vector, or its mean if the model is variational.
        log_std: its log standard deviation, if so.
        hidden: what z0 is a linear function of, (member, batch, state).
    """

    z0: Latent
    log_std: Latent | None = None
    hidden: State | None = None


@dataclass(frozen=True)
class Density:
    """Independent normal distributions of the values at the query times, given the observations before each.

    Attributes:
        mean: (member, batch, time, feature).
        std: shaped like the mean, above 0.
    """

    mean: Values
    std: Values


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A model's prediction for a batch of trajectories at the query times. Parts that the model does not offer are None.

    Attributes:
        values: predicted observations, (member, batch, time, feature).
        spread: their standard deviation over the sampled paths that they are the mean of, shaped like ``values``.
        encoding: the encoder's output.
        z0: the latent vector that was decoded: the encoding's mean, or a sample of it in variational training.
        states: h along the query times, (member, batch, time, state).
        path: the latent path z along the query times, (member, batch, time, latent).
        start: each first time in the model's unit, (member, batch).
        times: the query times in the model's unit, (member, batch, time). If the data's times are more precise than the model,
            ``start`` is 0 and these count from it.
        context: what the field reads besides h and τ, in the model's units.
        density: distributions of the values.
        outcome: the head's prediction for each trajectory, (member, batch, head): a number, or the logits of classes; None for
            a model without a head.
        path_kl: divergence of the posterior over z0 and paths from their prior, (member, batch).
        contrast: what the samples of a training add to the loss of a model with an energy-based prior, (member, batch).
        evaluations: field evaluations per trajectory, (member, batch).
        values_error: estimated solver error of ``values``, if requested.
    """

    values: Values
    spread: Values | None = None
    encoding: Encoding | None = None
    z0: Latent | None = None
    states: States | None = None
    path: LatentPath | None = None
    start: Starts | None = None
    times: Times | None = None
    context: FieldContext | None = None
    density: Density | None = None
    outcome: Tensor | None = None
    path_kl: Tensor | None = None
    contrast: Tensor | None = None
    evaluations: Tensor | None = None
    values_error: Values | None = None


def required(part: Part | None, name: str) -> Part:
    """A part of a prediction that a loss or score requires.

    Raises:
        ConfigError: if the model does not offer it.
    """
    if part is None:
        raise ConfigError(
            f"the prediction has no {name}, because its model does not offer it: choose another loss or model"
        )
    return part
