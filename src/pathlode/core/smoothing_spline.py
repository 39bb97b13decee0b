"""Cubic smoothing splines, whose smoothness generalised cross-validation chooses."""

import numpy as np

from pathlode.arrays import Array


def smoothing_spline(times: Array, values: Array, at: Array) -> Array:
    """The curve f that minimises Σ_i (y_i - f(t_i))² + λ ∫ f''² dt, at other times, (time,).

    f is a natural cubic spline with a knot at each observation, and f(t_i) = Σ_j u_ij (uᵀy)_j / (1 + λ d_j), with d and u the
    eigenvalues and eigenvectors of the penalty as a quadratic form of the values. λ minimises the generalised cross-validation
    Σ_i (y_i - f(t_i))² / (1 - Σ_j 1 / (n + n λ d_j))². The result is that of :func:`scipy.interpolate.make_smoothing_spline`,
    which looks for λ in the same range, but evaluates each one by loops in Python.

    Args:
        times: of the observations, strictly increasing, (n,), at least 5.
        values: y, (n,).
        at: where f is evaluated. Beyond the observations the outer pieces go on.

    Cost: that of the eigenvalues of an n × n matrix.
    Source: Green & Silverman 1994, Nonparametric regression and generalized linear models, section 2.1
    (https://doi.org/10.1201/b15710); Craven & Wahba 1978, Smoothing noisy data with spline functions
    (https://doi.org/10.1007/BF01404567).
    """
    from scipy.interpolate import CubicSpline  # here: it may not be installed
    from scipy.optimize import minimize_scalar

    penalties, basis = np.linalg.eigh(_penalty(times))
    n, penalties, parts = len(times), penalties.clip(0), basis.T @ values

    def criterion(weight: float) -> float:
        kept = 1 / (1 + weight * penalties)
        return float(np.square((1 - kept) * parts).sum() / np.square(1 - kept.mean()))

    weight = minimize_scalar(criterion, bounds=(0, n), method="bounded").x
    fitted = basis @ (parts / (1 + weight * penalties))
    return np.asarray(CubicSpline(times, fitted, bc_type="natural")(at))


def _penalty(times: Array) -> Array:
    """K with ∫ f''² dt = fᵀ K f for the natural cubic spline through the values f at these times, (n, n): Q R⁻¹ Qᵀ."""
    gaps, n = np.diff(times), len(times)
    inner = np.arange(n - 2)
    q = np.zeros((n, n - 2))
    q[inner, inner], q[inner + 2, inner] = 1 / gaps[:-1], 1 / gaps[1:]
    q[inner + 1, inner] = -1 / gaps[:-1] - 1 / gaps[1:]
    r = np.diag((gaps[:-1] + gaps[1:]) / 3) + np.diag(gaps[1:-1] / 6, 1) + np.diag(gaps[1:-1] / 6, -1)
    k = q @ np.linalg.solve(r, q.T)
    return np.asarray((k + k.T) / 2)
