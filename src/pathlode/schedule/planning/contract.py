"""Past runs as rates and losses, and the interface of models that predict the losses from the rates."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from pathlode.errors import ConfigError, DataError, is_count


@dataclass(frozen=True)
class RatedRuns:
    """Sets of past runs of one training, each set with equally many runs.

    Args:
        rates: learning rate of every optimiser step, (set, run, step); some may be 0, but not all of a run.
        losses: a positive measure of the error at equally spaced moments, the last at the end, (set, run, moment).

    Raises:
        DataError: if these are no tensors of such shapes, the shapes do not fit each other, a rate is not a finite number of at
            least 0, all rates of a run are 0, or a loss is not a finite number above 0.
    """

    rates: Tensor
    losses: Tensor

    def __post_init__(self) -> None:
        for name, axis in (("rates", "step"), ("losses", "moment")):
            given = getattr(self, name)
            if not isinstance(given, Tensor) or given.ndim != 3 or not given.numel() or given.is_complex():
                found = (
                    f"a tensor of {given.dtype} and the shape {tuple(given.shape)}" if isinstance(given, Tensor) else ""
                )
                raise DataError(
                    f"{name} are {found or f'a {type(given).__name__}'}, expected real numbers as a tensor (set, run, {axis}), "
                    "none of them empty"
                )
        if self.rates.shape[:2] != self.losses.shape[:2] or self.rates.shape[2] % self.losses.shape[2]:
            raise DataError(
                f"rates have the shape {tuple(self.rates.shape)} and losses {tuple(self.losses.shape)}, expected the same sets "
                "and runs, and a number of steps that is a multiple of the number of moments"
            )
        if not (torch.isfinite(self.losses) & (self.losses > 0)).all():
            raise DataError("a loss of the past runs is not a finite number above 0; leave the run out")
        if not _usable(self.rates) or not (self.rates > 0).any(dim=2).all():
            raise DataError(
                "a rate of the past runs is not a finite number of at least 0, or all of a run are 0; leave the run out"
            )

    def joined(self, others: Self) -> "RatedRuns":
        """These runs, with other runs added to each set.

        Raises:
            DataError: if the others have not as many sets, steps and moments.
        """
        own, other = ((len(of.rates), of.rates.shape[2], of.moments) for of in (self, others))
        if own != other:
            raise DataError(f"these runs have {_counted(own)}, and the others {_counted(other)}, expected as many")
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


def check_sizes(**sizes: int) -> None:
    """Refuses sizes of a model that are not whole numbers of at least 1.

    Raises:
        ConfigError: naming the first one.
    """
    for name, size in sizes.items():
        if not is_count(size):
            raise ConfigError(f"{name} is {size}, expected a whole number of at least 1")


def check_rates(rates: Tensor, sets: int, moments: int) -> None:
    """Refuses rates that are not those of runs of a model's sets, (set, run, step), with steps for each moment.

    Raises:
        DataError: saying what was expected.
    """
    if rates.ndim != 3 or len(rates) != sets or not rates.shape[2] or rates.shape[2] % moments:
        raise DataError(
            f"rates have the shape {tuple(rates.shape)}, expected (set, run, step) with {sets} sets, as past runs have, and "
            f"a multiple of their {moments} moments"
        )
    if not _usable(rates):
        raise DataError("a rate is not a finite number of at least 0; correct it")


def check_known(runs: RatedRuns, sets: int, moments: int) -> None:
    """Refuses runs for a fit that have not as many sets and moments as those with which the model was made.

    Raises:
        DataError: saying what was expected.
    """
    if (len(runs.rates), runs.moments) != (sets, moments):
        raise DataError(
            f"the runs have {len(runs.rates)} sets and {runs.moments} moments, expected {sets} and {moments}, "
            "as the model was made with"
        )


def _usable(rates: Tensor) -> bool:
    return bool(((rates >= 0) & (rates < math.inf)).all())


def _counted(shape: tuple[int, int, int]) -> str:
    return "{} sets, {} steps and {} moments".format(*shape)
