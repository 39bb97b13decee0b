"""Prediction intervals: between which two values an observation lies with a stated probability."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.shapes import Mask, Values
from pathlode.errors import ConfigError, is_positive
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction
from pathlode.uncertainty.mixtures import NormalMixture


@dataclass(frozen=True)
class Interval:
    """An interval for each predicted observation.

    Attributes:
        lower: lower bounds, (batch, time, feature).
        upper: upper bounds.
    """

    lower: Values
    upper: Values

    @property
    def centre(self) -> Values:
        """Its middle, (batch, time, feature)."""
        return (self.lower + self.upper) / 2

    @property
    def half_width(self) -> Values:
        """Half of its width, (batch, time, feature)."""
        return (self.upper - self.lower) / 2

    def widened(self, factor: Tensor | float) -> "Interval":
        """The interval of the same centre, with the width multiplied by a number for all, or by one for each feature."""
        half = factor * self.half_width
        return Interval(self.centre - half, self.centre + half)

    def coverage(self, observed: Values) -> Tensor:
        """Share of each feature's observed values that lie inside, (feature,); NaN values do not count."""
        inside = (self.lower <= observed) & (observed <= self.upper)
        return inside.to(observed.dtype).where(~observed.isnan(), observed).nanmean(dim=(0, 1))


def distribution(model: SequenceModel, prediction: Prediction, read: Mask | bool = False) -> NormalMixture:
    """What a stack predicts for an observation: the mixture, over its members, of normal distributions.

    Member m has its predicted value as mean. Its variance is σ² (1 + h) for a new observation, with σ the observation noise
    and h the leverage: the noise of the new observation, and that of those which the prediction was made from. An observation
    that the encoder has read is closer to its prediction, which has fitted a part of its noise: the variance there is
    σ² (1 - h). The members must be an ensemble: trained on the same task, with different seeds.

    Source: Lakshminarayanan et al. 2017, Simple and scalable predictive uncertainty estimation using deep ensembles
    (https://arxiv.org/abs/1612.01474), sec. 2.4; Hastie & Tibshirani 1990, Generalized additive models, sec. 3.8, for h.

    Args:
        model: a stack whose noise was learnt.
        prediction: its prediction.
        read: which of the predicted values are observations that the encoder has read, (batch, time, feature), or all of them
            (true) or none (false).

    Raises:
        ConfigError: if the model's noise is unknown.
    """
    if not (model.noise > 0).all():
        raise ConfigError(
            "the observation noise of this model is unknown: call pathlode.learn_noise(model, series) with series that it was "
            "not trained on"
        )
    leverage = torch.where(torch.as_tensor(read, device=model.noise.device), -model.leverage, model.leverage)
    return NormalMixture(prediction.values, (model.noise * (1 + leverage).sqrt()).to(prediction.values.dtype))


def intervals(model: SequenceModel, prediction: Prediction, level: float = 0.9, read: Mask | bool = False) -> Interval:
    """Central intervals, which an observation lies below or above with probability (1 - level) / 2 each.

    Their bounds are quantiles of :func:`distribution`. Within the observed window they hold as far as the noise was learnt on
    such series, both for new observations and for those that the encoder has read. Beyond it the noise stays the same, and only
    the disagreement between members grows: a common error of all of them remains unseen, so intervals there cover less than
    stated, the less the farther. See :func:`pathlode.uncertainty.conformal.widening` for a correction.

    Args:
        model: a stack whose noise was learnt.
        prediction: its prediction.
        level: probability that an observation lies inside.
        read: as in :func:`distribution`.

    Raises:
        ConfigError: if the level is not between 0 and 1, or the model's noise is unknown.
    """
    check_level(level)
    predicted = distribution(model, prediction, read)
    return Interval(predicted.quantile((1 - level) / 2), predicted.quantile((1 + level) / 2))


def check_level(level: float) -> None:
    """Refuses a level that is no probability between 0 and 1.

    Raises:
        ConfigError: naming it.
    """
    if not is_positive(level) or level >= 1:
        raise ConfigError(f"the level of an interval is {level!r}, expected a number between 0 and 1, such as 0.9")
