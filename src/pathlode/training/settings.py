"""The settings of a training."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from pathlode.core.eager import eager
from pathlode.errors import ConfigError, is_count, is_positive
from pathlode.registry import SOLVERS
from pathlode.training.rates import RATES
from pathlode.training.soap import SOAP

OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "soap": SOAP,
    "adam": partial(eager(torch.optim.Adam), fused=True),
}
"""Optimisers by name."""


@dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained: an optimiser and its learning rate.

    Args:
        steps: optimiser steps.
        batch: trajectories per step, drawn without replacement within an epoch.
        optimiser: ``soap`` (:class:`pathlode.training.soap.SOAP`) or ``adam``.
        learning_rate: the peak, or one for each member.
        schedule: ``one_cycle``, where the rate rises from 1/25 of its peak and falls to 1/25,000 (Smith & Topin 2018), or
            ``constant``, where it is at its peak from the first step on.
        betas: the optimiser's decay rates of the gradient's first and second moment.
        warmup: fraction of the steps in which ``one_cycle`` rises to the peak.
        clip_norm: largest gradient norm per member.
        spike: a validation error larger than this many times the member's best, or not finite, is a spike: the member goes back
            to its best weights and on at half its learning rate. With ``inf`` no finite error is one.
        validate_every: steps between validations, each of which may also write a checkpoint.
        solver: name in :data:`pathlode.registry.SOLVERS`.
        solver_steps: solver steps per trajectory.
        solver_error_share: largest share of the validation error that may come from the solver. A validation that finds a
            larger share in more than a tenth of the members logs a warning.
        refine: whether such a validation also doubles the solver's steps for the rest of the run and restarts the search for
            the best weights. This applies to the whole stack; it is the only case in which members affect each other.
        forcing: rate κ, per unit of the model's time τ, with which training draws the state to each observation, for a model
            with ``forcing`` (:meth:`pathlode.models.observed_ode.ObservedODE.forced`); 0 for none. Validations and predictions
            are never forced. For a chaotic system choose a few times its largest Lyapunov exponent, in units of τ.
        likelihood: whether the loss compares values by their likelihood,
            :func:`pathlode.training.losses.contract.negative_log_likelihood`. Each validation then learns every member's noise
            for the next steps, and the end of the run learns it for predictions.
    """

    steps: int = 1000
    batch: int = 64
    optimiser: str = "soap"
    learning_rate: float | Sequence[float] = 1e-2
    schedule: str = "one_cycle"
    betas: tuple[float, float] = (0.95, 0.95)
    warmup: float = 0.3
    clip_norm: float = 10.0
    spike: float = 10.0
    validate_every: int = 50
    solver: str = "tsit5"
    solver_steps: int = 6
    solver_error_share: float = 0.1
    refine: bool = True
    forcing: float = 0.0
    likelihood: bool = False

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "validate_every", "solver_steps"):
            if not is_count(getattr(self, name)):
                raise ConfigError(f"train.{name} is {getattr(self, name)!r}, expected a whole number of at least 1")
        if self.batch < 2:
            raise ConfigError(
                "train.batch is 1, expected at least 2: path lengths are in units of z0's standard deviation over the batch"
            )
        if self.optimiser not in OPTIMISERS:
            raise ConfigError(f"train.optimiser is {self.optimiser!r}, expected one of {', '.join(OPTIMISERS)}")
        if self.solver not in SOLVERS:
            raise ConfigError(
                f"train.solver is {self.solver!r}, expected a method with steps of equal size: {', '.join(SOLVERS)}"
            )
        if self.schedule not in RATES:
            raise ConfigError(f"train.schedule is {self.schedule!r}, expected one of {', '.join(RATES)}")
        if not self.rates or not all(is_positive(rate) for rate in self.rates):
            raise ConfigError(
                f"train.learning_rate is {self.learning_rate}, expected a number above 0, or one per member"
            )
        for name in ("clip_norm", "solver_error_share"):
            if not is_positive(getattr(self, name)):
                raise ConfigError(f"train.{name} is {getattr(self, name)!r}, expected a number above 0")
        if not (is_positive(self.spike) or self.spike == math.inf) or self.spike <= 1:
            raise ConfigError(f"train.spike is {self.spike!r}, expected a number above 1, or inf")
        if not self.forcing >= 0:
            raise ConfigError(f"train.forcing is {self.forcing!r}, expected a rate of at least 0, or inf")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise ConfigError(f"train.betas is {list(self.betas)}, expected two numbers of at least 0 and below 1")
        if not 0 < self.warmup < 1:
            raise ConfigError(f"train.warmup is {self.warmup}, expected a fraction between 0 and 1")
        if self.schedule == "one_cycle" and self.warmup * (self.steps + 1) <= 1:  # it would divide by zero
            raise ConfigError(
                f"train.warmup is {self.warmup}, less than one of the {self.steps} steps: raise train.warmup or train.steps"
            )

    @property
    def rates(self) -> list[float]:
        """The learning rates: one for all members, or one each."""
        return list(self.learning_rate) if isinstance(self.learning_rate, Sequence) else [self.learning_rate]
