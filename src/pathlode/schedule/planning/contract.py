"""Past runs as rates and losses, and the interface of models that predict the losses from the rates."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from pathlode.errors import DataError


@dataclass(frozen=True)
class RatedRuns:
    """Sets of past runs of one training, each set with equally many runs.

    Args:
        rates: learning rate of every optimiser step, (set, run, step).
        losses: a positive measure of the error at equally spaced moments, the last at the end, (set, run, moment).

    Raises:
        DataError: if the shapes do not fit each other, or a loss is not a finite number above 0.
    """

    rates: Tensor
    losses: Tensor

    def __post_init__(self) -> None:
        if self.rates.shape[:2] != self.losses.shape[:2] or self.rates.shape[2] % self.losses.shape[2]:
            raise DataError(
                f"rates have the shape {tuple(self.rates.shape)} and losses {tuple(self.losses.shape)}, expected the same sets "
                "and runs, and a number of steps that is a multiple of the number of moments"
            )
        if not (torch.isfinite(self.losses) & (self.losses > 0)).all():
            raise DataError("a loss of the past runs is not a finite number above 0; leave the run out")

    def joined(self, others: Self) -> "RatedRuns":
        """These runs, with other runs added to each set."""
        return RatedRuns(torch.cat([self.rates, others.rates], dim=1), torch.cat([self.losses, others.losses], dim=1))

    @property
    def moments(self) -> int:
        """Number of moments of a run."""
        return int(self.losses.shape[2])


class RateModel(ABC):
    """An ensemble of models of training runs, of which each member predicts the losses of a run from its rates.

    Every set of runs has models of its own.
    """

    @abstractmethod
    def log_losses(self, rates: Tensor) -> Tensor:
        """Logarithms of the predicted losses, differentiable in the rates: (set, run, step) -> (member, set, run, moment)."""

    @abstractmethod
    def fit(self, runs: RatedRuns) -> None:
        """Fits to past runs; a second fit is to all runs that the model shall know."""
