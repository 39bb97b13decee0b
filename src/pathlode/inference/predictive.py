"""Posterior predictive checks: the system is simulated again with draws from the posterior."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.series import TimeSeries
from pathlode.dynamics.simulation import observe
from pathlode.dynamics.systems.contract import System


def predictive_draws(system: System, draws: NDArray[np.floating[Any]], series: TimeSeries, noise: float) -> Array:
    """Values from the posterior predictive distribution at the observed times, (draw, n, time, feature).

    Args:
        system: the simulated system.
        draws: draws of its parameters, (draw, n, parameter).
        series: at least n observed trajectories; the first n are predicted.
        noise: standard deviation of the noise in the observations.
    """
    count, n, parameters = draws.shape
    times = series.times[:n].numpy()
    repeated = np.tile(times, (count, 1))
    rng = np.random.default_rng(0)
    values = observe(system, draws.astype(float).reshape(-1, parameters), repeated, noise, rng, "predicted").values
    return values.numpy().reshape(count, n, *values.shape[1:])


def predictive_coverage(
    system: System, draws: NDArray[np.floating[Any]], series: TimeSeries, noise: float, level: float = 0.9
) -> float:
    """Share of the observed values inside the central region of their posterior predictive distribution.

    With the true posterior it is slightly above ``level``, because the posterior was conditioned on the same values.
    """
    predicted = predictive_draws(system, draws, series, noise)
    low, high = np.quantile(predicted, [(1 - level) / 2, (1 + level) / 2], axis=0)
    observed = series.values[: draws.shape[1]].numpy()
    return float(((observed >= low) & (observed <= high)).mean())
