"""A scheduler's decisions: their settings, their record, and the schedules that predicted futures propose."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import is_count, is_positive, refuse_unless
from pathlode.schedule.runs import LOG_RATE, LOSS, METRIC


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
        reading: how a predicted future is followed. ``stretched`` chooses among its moments from now on, and stretches or
            compresses what follows to end at the horizon. ``published`` chooses among all moments since the window's first, and
            follows from there step by step for as long as is left; the metric counts that is predicted then.
        seed: seed of the perturbations.

    Raises:
        ConfigError: if a number is out of its range, or the reading is another word.
    """

    every: int | None = None
    futures: int = 50
    spread: float = 0.15
    tolerance: float = 2.0
    averaged: int = 3
    horizon: float = 1.0
    reading: Literal["stretched", "published"] = "stretched"
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_unless(
            self,
            ("every", self.every is None or is_count(self.every), "null, or a whole number of at least 1"),
            ("futures", is_count(self.futures), "a whole number of at least 1"),
            ("spread", self.spread == 0 or is_positive(self.spread), "a number of at least 0"),
            ("tolerance", is_positive(self.tolerance), "a number above 0"),
            ("averaged", is_count(self.averaged), "a whole number of at least 1"),
            ("horizon", 0 < self.horizon <= 1, "a share above 0 and at most 1"),
            ("reading", self.reading in ("stretched", "published"), "stretched or published"),
            ("seed", self.seed == 0 or is_count(self.seed), "a whole number of at least 0"),
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


def rate_at(schedule: NDArray[np.float64], moment: float) -> float:
    """The rate of a schedule, of log rates one moment apart, (point,): linear in the logarithm, constant outside."""
    return math.exp(float(np.interp(moment, np.arange(len(schedule)), schedule)))


def ahead(moment: float, horizon: float) -> NDArray[np.float64]:
    """Moments from ``moment`` to the horizon, one apart except for the last."""
    return np.append(np.arange(moment, horizon, 1.0), horizon)


def predicted_moments(moments: NDArray[np.float64], horizon: float, config: LookAheadConfig) -> NDArray[np.float64]:
    """The moments of the futures that :func:`continuations` takes: from now to the horizon, one apart except for the last.

    The published reading has them from the window's first moment on, and as long beyond the horizon as is left until there.

    Args:
        moments: of the window; now is the last.
        horizon: moment.
        config: settings.
    """
    if config.reading == "stretched":
        return ahead(moments[-1], horizon)
    return ahead(moments[0], 2 * horizon - moments[-1])


def continuations(
    futures: NDArray[np.float64],
    recent: NDArray[np.float64],
    moment: float,
    last: float,
    between: Sequence[float],
    config: LookAheadConfig,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log rates from now on, (qualified, time), and the metric where they end, (qualified,), of the futures that qualify.

    A future qualifies if one of its losses equals the current one. Of the moments with such a loss, it is followed from the one
    with the largest rate, as the settings' reading says. After the horizon the last rate holds.

    Args:
        futures: predicted futures at :func:`predicted_moments`, (future, time, feature).
        recent: losses of the window's later half.
        moment: now.
        last: the last moment of the clock.
        between: smallest and largest log rate.
        config: settings.
    """
    left, end = config.horizon * last - moment, futures.shape[1] - 1
    stretched = config.reading == "stretched"
    futures = futures[np.isfinite(futures).all(axis=(1, 2))]
    alike = np.abs(futures[..., LOSS] - recent.mean()) <= config.tolerance * recent.std()
    alike[:, math.floor(end if stretched else end - left) + 1 :] = False
    futures, alike = futures[alike.any(axis=1)], alike[alike.any(axis=1)]
    rates = np.clip(futures[..., LOG_RATE], between[0], between[1])
    begin = np.where(alike, rates, -np.inf).argmax(axis=1)[:, None]
    length = np.where(stretched, end - begin, left)
    share = np.minimum(1.0, np.arange(math.ceil(last - moment) + 1) / left)
    return _between(rates, begin + share * length), _between(futures[..., METRIC], begin + length)[:, 0]


def _between(values: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values (future, time) at places between their times, (future, place), linear between two."""
    before = np.minimum(places.astype(int), values.shape[1] - 2)
    low, high = (np.take_along_axis(values, at, axis=1) for at in (before, before + 1))
    return low + (places - before) * (high - low)


def best_schedule(
    schedules: NDArray[np.float64], ends: NDArray[np.float64], averaged: int, mode: Literal["max", "min"]
) -> tuple[NDArray[np.float64], float]:
    """Mean of the log rates, (time,), and of the metric over the schedules that end best.

    Args:
        schedules: log rates, (schedule, time).
        ends: the metric of each, (schedule,).
        averaged: number of schedules.
        mode: whether a good metric is large or small.
    """
    best = np.argsort(-ends if mode == "max" else ends)[:averaged]
    return schedules[best].mean(axis=0), float(ends[best].mean())
