"""The interface of training losses.

All share the reconstruction ½ Σ_i ‖x_i - x̂_i‖² of a trajectory in the model's units, averaged over the batch. They return
one number per stacked member, which keeps the members' gradients separate.

A missing value (NaN) enters no error. A time without any observation, padding above all, enters no penalty. Sums run over what
was observed, and means over the trajectories. A long trajectory therefore has more weight than a short one, as in a likelihood.

Given the observation noise, the reconstruction is :func:`negative_log_likelihood` instead, for every loss. Of a model with
densities it is :func:`negative_log_density`.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.core.masks import observed
from pathlode.core.shapes import Mask, PerMember, Times, Values
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Density, Prediction

LEAST_NOISE = 0.1
"""Smallest noise of a feature in the likelihood, as a share of the largest among the features. So no feature weighs more than a
hundred times what another does."""


@dataclass(frozen=True)
class Loss(ABC):
    """Reconstruction plus weight · penalty.

    Args:
        weight: λ, the penalty's weight, from 0 to ``largest_weight``; or one weight per member, (member,).

    Raises:
        ConfigError: if a weight is outside this range.
    """

    weight: float | PerMember = 1.0
    needs: ClassVar[frozenset[str]] = frozenset({"training"})
    """What the loss needs of a model, as words of :data:`pathlode.parts.OFFERS`; its line in the registry lists the same."""
    penalised: ClassVar[bool] = True
    """Whether ``weight`` has an effect."""
    largest_weight: ClassVar[float] = math.inf
    """The largest weight that the loss takes."""
    random_times: ClassVar[bool] = False
    """Whether training predicts at :meth:`random_query` instead of the observation times."""

    def __post_init__(self) -> None:
        try:
            weights = torch.as_tensor(self.weight, dtype=torch.float64)
        except (TypeError, ValueError):
            raise ConfigError(f"the weight of {type(self).__name__} is {self.weight!r}, expected a number") from None
        if not ((weights >= 0) & (weights <= self.largest_weight)).all():
            bound = "" if math.isinf(self.largest_weight) else f" and at most {self.largest_weight:g}"
            raise ConfigError(f"the weight of {type(self).__name__} is {self.weight}, expected at least 0{bound}")

    def __call__(
        self,
        model: SequenceModel,
        prediction: Prediction,
        values: Values,
        progress: float = 1.0,
        noise: Tensor | None = None,
    ) -> PerMember:
        """The loss of each member, (member,).

        Args:
            model: the model, for its units.
            prediction: its prediction.
            values: the observed values, (member, batch, time, feature), NaN where they are missing.
            progress: share of the training's steps that are done, for a loss with :meth:`annealing`.
            noise: each feature's observation noise in the data's unit, (member, 1, 1, feature), for a reconstruction by the
                likelihood; None for the squared error. A model with densities has its own noise.

        Raises:
            DataError: if the values are not those at the predicted times, or all of them are missing.
        """
        values = as_numbers(values).to(prediction.values.device)
        _refuse_other_values(values, prediction.values)
        weight, mask = self.weight * self.annealing(progress), observed(values)
        if mask is not None:
            if not mask.any():
                raise DataError(
                    "all values that the prediction is compared with are missing (NaN): leave the batch out"
                )
            mask = mask.expand(prediction.values.shape)
        if prediction.density is not None:
            error = negative_log_density(prediction.density, values, model.std, mask)
        elif noise is None:
            error = reconstruction(prediction.values, values, model.std, mask)
        else:
            error = negative_log_likelihood(prediction.values, values, model.std, noise, mask)
        return error + weight * self.penalty(model, prediction, mask)

    def annealing(self, progress: float) -> float:
        """Factor of the weight, from 0 to 1, when a share ``progress`` of the training's steps is done; 1 without annealing."""
        return 1.0

    @abstractmethod
    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        """The penalty, averaged over the batch, (member,).

        Args:
            model: the model.
            prediction: its prediction.
            mask: where values were observed, (member, batch, time, feature); None if all were. Times at which none was must be
                without effect.
        """

    def random_query(self, times: Times, uniform: Tensor) -> Times:
        """Times at which training predicts, (member, batch, time), from uniform draws in [0, 1) of that shape.

        They are the observation times, unless a loss with ``random_times`` moves them. Padding (NaN) stays padding.
        """
        return times


def reconstruction(predicted: Values, values: Values, std: Tensor | float = 1.0, mask: Mask | None = None) -> PerMember:
    """½ Σ_i ‖(x_i - x̂_i) / std‖² over times and features, averaged over the batch."""
    members, batch = predicted.shape[:2]
    squares = squared_error(predicted, values, std, mask)
    return squares.view(members, -1).sum(dim=1) * (0.5 / batch)


def negative_log_likelihood(
    predicted: Values, values: Values, std: Tensor, noise: Tensor, mask: Mask | None = None
) -> PerMember:
    """s Σ_i Σ_f (½ ((x_if - x̂_if) / (std_f σ_f))² + ln σ_f) over times i and features f, averaged over the batch.

    σ_f is the noise in units of the feature's standard deviation, at least :data:`LEAST_NOISE` times the largest of them. 1/s
    is the mean of 1/σ_f² over the features, so their mean weight is 1, as in :func:`reconstruction`. A penalty's weight and the
    gradient's norm then keep their meaning while the noise shrinks. With one feature the gradient does not depend on the noise.
    With several, noisy features weigh less.

    s and σ are constants here, and :func:`pathlode.models.noise.learn_noise` learns σ. Trained by the same gradient as the
    weights, σ scales their steps by 1/σ²: what is learnt first would then be all that is learnt (Seitzer et al. 2022,
    https://arxiv.org/abs/2203.09168).

    Args:
        predicted: predicted values, (member, batch, time, feature).
        values: observed values.
        std: standard deviations of the training data, (member, 1, 1, feature).
        noise: noise in the data's unit, above 0, (member, 1, 1, feature).
        mask: where values were observed; None if all were.
    """
    relative = noise / std
    sigma = relative.maximum(LEAST_NOISE * relative.amax(dim=-1, keepdim=True))
    scale = 1 / sigma.square().reciprocal().mean(dim=-1, keepdim=True)
    error = reconstruction(predicted, values, std * sigma / scale.sqrt(), mask)
    counted = torch.ones_like(predicted, dtype=torch.bool) if mask is None else mask
    constant = (scale * sigma.log() * counted.sum(dim=(1, 2), keepdim=True)).sum(dim=(1, 2, 3))
    return error + constant / predicted.shape[1]


def negative_log_density(density: Density, values: Values, std: Tensor, mask: Mask | None = None) -> PerMember:
    """Σ_i Σ_f (½ ((x_if - μ_if) / σ_if)² + ln (σ_if / std_f)) over times i and features f, averaged over the batch.

    If each density is given what was observed before, the sum is the negative logarithm of the joint density of all
    observations in the model's units, up to a constant.

    Args:
        density: μ and σ, each (member, batch, time, feature).
        values: observed values.
        std: standard deviations of the training data, (member, 1, 1, feature).
        mask: where values were observed; None if all were.
    """
    terms = 0.5 * squared_error(density.mean, values, density.std, mask) + (density.std / std).log()
    counted = terms if mask is None else terms.where(mask, 0.0)
    return counted.sum(dim=(2, 3)).mean(dim=1)


def squared_error(predicted: Values, values: Values, std: Tensor | float = 1.0, mask: Mask | None = None) -> Values:
    """((x - x̂) / std)², (member, batch, time, feature), and 0 where nothing was observed: where the mask is false."""
    error = predicted - values
    return ((error if mask is None else error.where(mask, 0.0)) / std).square()


def no_penalty(prediction: Prediction) -> PerMember:
    """Zero for each member."""
    return prediction.values.new_zeros(len(prediction.values))


def _refuse_other_values(values: Values, predicted: Values) -> None:
    """Refuses values that would be broadcast."""
    if values.shape not in (predicted.shape, predicted.shape[1:]):
        raise DataError(
            f"values of shape {tuple(values.shape)} do not fit predictions of shape {tuple(predicted.shape)}, expected the "
            "values at the predicted times, with or without the leading axis of members"
        )
