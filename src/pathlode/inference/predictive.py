"""Posterior predictive checks: the system is simulated again with draws from the posterior."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.masks import padded
from pathlode.core.series import TimeSeries
from pathlode.dynamics.systems.contract import System
from pathlode.inference.central import CENTRAL, share_inside


def predictive_draws(system: System, draws: NDArray[np.floating[Any]], series: TimeSeries, noise: float) -> Array:
    """Values from the posterior predictive distribution at the observed times, (draw, n, time, feature).

    Those at the padding of a short trajectory are for its last time.

    Args:
        system: the simulated system.
        draws: draws of its parameters, (draw, n, parameter).
        series: at least n observed trajectories; the first n are predicted.
        noise: standard deviation of the noise in the observations.
    """
    count, n, parameters = draws.shape
    repeated = np.tile(padded(series.times[:n]).numpy(), (count, 1))
    added = noise * np.random.default_rng(0).standard_normal((*repeated.shape, len(system.features)))
    values = system.solution(draws.astype(float).reshape(-1, parameters), repeated) + added
    return values.reshape(count, n, *values.shape[1:])


def predictive_coverage(
    system: System, draws: NDArray[np.floating[Any]], series: TimeSeries, noise: float, level: float = CENTRAL
) -> float:
    """Share of the observed values inside the central region of their posterior predictive distribution.

    With the true posterior it is slightly above ``level``, because the posterior was conditioned on the same values.

    Args:
        system: the system.
        draws: draws of each posterior, (draw, n, parameter).
        series: the observed series.
        noise: standard deviation of the observation noise.
        level: probability of the region.
    """
    predicted = predictive_draws(system, draws, series, noise)
    return share_inside(predicted, series.values[: draws.shape[1]].numpy(), level)
