"""The interface of training losses.

All share the reconstruction ½ Σ_i ‖x_i - x̂_i‖² of a trajectory in the model's units, averaged over the batch. They return
one number per stacked member, which keeps the members' gradients separate.

A missing value (NaN) enters no error. A time without any observation, padding above all, enters no penalty. Sums run over what
was observed, and means over the trajectories. A long trajectory therefore has more weight than a short one, as in a likelihood.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.core.masks import observed
from pathlode.core.shapes import Mask, PerMember, Times, Values
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction


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
    """What the loss needs of a model, as words of :data:`pathlode.registry.OFFERS`; its line in the registry lists the same."""
    penalised: ClassVar[bool] = True
    """Whether ``weight`` has an effect."""
    largest_weight: ClassVar[float] = math.inf
    """The largest weight that the loss takes."""
    random_times: ClassVar[bool] = False
    """Whether training predicts at :meth:`random_query` instead of the observation times."""

    def __post_init__(self) -> None:
        weights = torch.as_tensor(self.weight)
        if not ((weights >= 0) & (weights <= self.largest_weight)).all():
            bound = "" if math.isinf(self.largest_weight) else f" and at most {self.largest_weight:g}"
            raise ConfigError(f"the weight of {type(self).__name__} is {self.weight}, expected at least 0{bound}")

    def __call__(
        self, model: SequenceModel, prediction: Prediction, values: Values, progress: float = 1.0
    ) -> PerMember:
        """The loss of each member, (member,).

        Args:
            model: the model, for its units.
            prediction: its prediction.
            values: the observed values, (member, batch, time, feature), NaN where they are missing.
            progress: share of the training's steps that are done, for a loss with :meth:`annealing`.
        """
        weight, mask = self.weight * self.annealing(progress), observed(values)
        if mask is not None:
            mask = mask.expand(prediction.values.shape)
        error = reconstruction(prediction.values, values, model.std, mask)
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


def squared_error(predicted: Values, values: Values, std: Tensor | float = 1.0, mask: Mask | None = None) -> Values:
    """((x - x̂) / std)², and 0 where nothing was observed."""
    error = predicted - values
    return ((error if mask is None else error.where(mask, 0.0)) / std).square()


def no_penalty(prediction: Prediction) -> PerMember:
    """Zero for each member."""
    return prediction.values.new_zeros(len(prediction.values))
