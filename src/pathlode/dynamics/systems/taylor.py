"""Accurate trajectories of a known ODE by Taylor series, many at once, each with its own steps and read-out times.

This module is independent of :mod:`pathlode.core.solve` on purpose: data and model share no solver, so neither can hide the
other's error. The series is its own dense output and has full accuracy at every read-out time.
"""

from collections.abc import Callable

import numpy as np

from pathlode.arrays import Array
from pathlode.errors import SolverError

ORDER = 20
"""Order of the series, -ln(ε)/2 + 1 in double precision: the cheapest for a given accuracy (Jorba & Zou 2005)."""
MOST_STEPS = 100_000

Series = Callable[[Array, Array, Array], Array]
"""Taylor coefficients of the trajectories through given states.

(time (n,), states (state, n), parameters (parameter, n)) -> coefficients (ORDER + 1, state, n), the states first.
"""


def product(a: Array, b: Array, k: int) -> Array:
    """Coefficient k of the product of two series, Σ_j a_j b_{k-j}."""
    return np.einsum("jn,jn->n", a[: k + 1], b[k::-1])


def integrate(series: Series, start: Array, parameters: Array, times: Array) -> Array:
    """Trajectories from their states at time 0, each at its own times.

    Args:
        series: the system's Taylor coefficients.
        start: states at time 0, (n, state).
        parameters: (n, parameter).
        times: increasing read-out times of at least 0, (n, time).

    Returns:
        (n, time, state).

    Raises:
        SolverError: if a trajectory becomes infinite or NaN, or takes too many steps.

    Source: Jorba & Zou 2005, A software package for the numerical integration of ODEs by means of high-order Taylor
    methods (https://doi.org/10.1080/10586458.2005.10128904).
    """
    values = np.empty((*times.shape, start.shape[1]))
    time, state = np.zeros(len(start)), start.copy()
    running = np.arange(len(start))
    for _ in range(MOST_STEPS):
        now, due, last = time[running], times[running], times[running, -1]
        coefficients = series(now, state[running].T, parameters[running].T)
        end = np.minimum(now + _step(coefficients), last)
        if not np.isfinite(coefficients).all() or (end <= now)[now < last].any():
            break
        rows, columns = np.nonzero((due >= now[:, None]) & (due <= end[:, None]))
        values[running[rows], columns] = _evaluate(coefficients[..., rows], due[rows, columns] - now[rows]).T
        state[running], time[running] = _evaluate(coefficients, end - now).T, end
        running = running[end < last]
        if not len(running):
            return values
    raise SolverError(
        f"the simulated system cannot be integrated beyond t = {time[running].min():g}: check its parameters"
    )


def _step(coefficients: Array) -> Array:
    """Step over which each series is accurate up to rounding: the estimated radius of convergence times e^-2, (n,)."""
    size = np.abs(coefficients).max(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        radii = [(size[0] / size[k]) ** (1 / k) for k in (ORDER - 1, ORDER)]
    safety = np.exp(-2 - 0.7 / (ORDER - 1))
    return safety * np.nan_to_num(np.fmin(*radii), nan=np.inf, posinf=np.inf)


def _evaluate(coefficients: Array, elapsed: Array) -> Array:
    """Horner's scheme: (order + 1, state, n), (n,) -> (state, n)."""
    value = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        value = value * elapsed + coefficient
    return value
