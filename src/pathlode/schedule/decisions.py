"""The settings and the record of a scheduler's decisions."""

from dataclasses import dataclass

from pathlode.errors import refuse_unless


@dataclass(frozen=True)
class LookAheadConfig:
    """Settings of the decisions. The defaults are the paper's, except ``every``, which is 30 rows of a log in the paper.

    Args:
        every: moments of the clock between decisions; None for the length of the model's window.
        futures: number of predicted futures, including that of the unperturbed latent vector.
        spread: σ of the perturbation ``z + σ |z| ε``, with ε standard normal.
        tolerance: largest distance of a predicted loss from the current one at which both count as equal. The current loss is
            the mean over the window's later half, and the unit is the standard deviation over that half.
        averaged: number of the best futures whose log rates are averaged.
        horizon: share of the training at which the metric should be best.
        seed: seed of the perturbations.

    Raises:
        ConfigError: if a number is out of its range.
    """

    every: int | None = None
    futures: int = 50
    spread: float = 0.15
    tolerance: float = 2.0
    averaged: int = 3
    horizon: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_unless(
            self,
            ("every", self.every is None or self.every >= 1, "null, or at least 1"),
            ("futures", self.futures >= 1, "at least 1"),
            ("spread", self.spread >= 0, "a number of at least 0"),
            ("tolerance", self.tolerance > 0, "a number above 0"),
            ("averaged", self.averaged >= 1, "at least 1"),
            ("horizon", 0 < self.horizon <= 1, "a share above 0 and at most 1"),
        )


@dataclass(frozen=True)
class Decision:
    """One decision.

    Attributes:
        step: optimiser steps taken.
        moment: moment on the model's clock.
        loss: mean of the recent training losses; NaN if no row of the log is complete.
        qualified: number of futures in which such a loss occurs.
        metric: metric predicted at the horizon, mean over the chosen futures; NaN if none was chosen.
        rate: rate of the first parameter group after the decision.
        outcome: ``new schedule``, or the reason for keeping the current one.
    """

    step: int
    moment: float
    loss: float
    qualified: int
    metric: float
    rate: float
    outcome: str
