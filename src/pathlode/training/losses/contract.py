"""The interface of training losses.

All share the reconstruction ½ Σ_i ‖x_i - x̂_i‖² of a trajectory in the model's units, averaged over the batch. They return
one number per stacked member, which keeps the members' gradients separate.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.core.shapes import PerMember, Times, Values
from pathlode.errors import ConfigError
from pathlode.models.contract import Prediction, SequenceModel


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
            values: the observed values, (member, batch, time, feature).
            progress: share of the training's steps that are done, for a loss with :meth:`annealing`.
        """
        weight = self.weight * self.annealing(progress)
        return reconstruction(prediction.values, values, model.std) + weight * self.penalty(model, prediction)

    def annealing(self, progress: float) -> float:
        """Factor of the weight, from 0 to 1, when a share ``progress`` of the training's steps is done; 1 without annealing."""
        return 1.0

    @abstractmethod
    def penalty(self, model: SequenceModel, prediction: Prediction) -> PerMember:
        """The penalty, averaged over the batch, (member,)."""

    def random_query(self, times: Times, uniform: Tensor) -> Times:
        """Times at which training predicts, (member, batch, time), from uniform draws in [0, 1) of that shape.

        They are the observation times, unless a loss with ``random_times`` moves them.
        """
        return times


def reconstruction(predicted: Values, values: Values, std: Tensor | float = 1.0) -> PerMember:
    """½ Σ_i ‖(x_i - x̂_i) / std‖² over times and features, averaged over the batch."""
    members, batch = predicted.shape[:2]
    return ((predicted - values) / std).square().view(members, -1).sum(dim=1) * (0.5 / batch)


def no_penalty(prediction: Prediction) -> PerMember:
    """Zero for each member."""
    return prediction.values.new_zeros(len(prediction.values))
