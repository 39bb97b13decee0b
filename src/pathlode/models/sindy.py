"""SINDy: sparse polynomial equations of the observed quantities, fitted in closed form."""

import warnings
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pathlode.arrays import Array
from pathlode.core.fields.polynomial import PolynomialField, monomials
from pathlode.core.series import TimeSeries
from pathlode.core.smoothing_spline import smoothing_spline
from pathlode.errors import DataError
from pathlode.models.observed_ode import ObservedODE

THRESHOLD = 0.05
"""Coefficients below it are set to 0, in standard deviations per unit of τ."""
RIDGE = 1e-5
"""Weight of the squared coefficients in the regression."""
FITTED_SERIES = 100
"""Training series that are used, at most: the first usable ones."""
LEAST_OBSERVATIONS = 5
"""Observations of each feature that a smoothing spline needs."""
SMOOTHED_POINTS = 101
"""Times of the grid on which smoothed series are read."""
INTERVALS, HALF_WIDTH = 20, 0.1
"""Number of time intervals of the weak form, and half of their length as a share of the grid's."""


class SINDy(ObservedODE):
    """dh/dτ = Θ(h) Ξ, with Θ(h) all monomials up to degree 2 of the observed quantities, in standard deviations about their
    mean, and Ξ sparse: :class:`pathlode.core.fields.polynomial.PolynomialField`. Predictions start and move as those of
    :class:`pathlode.models.observed_ode.ObservedODE`.

    The package pysindy fits Ξ in its weak form: with bump functions φ on :data:`INTERVALS` intervals, at whose ends they
    vanish, -∫ φ' h dτ = ∫ φ Θ(h) dτ Ξ. So no derivative of the data is needed. Least squares, and setting coefficients below
    :data:`THRESHOLD` to 0, take turns. The weak form needs a common grid: each feature of each series is smoothed by a cubic
    spline, whose smoothness generalised cross-validation chooses, and read at regular times over the duration of the shortest
    of the series.

    The equations of many systems are polynomials of degree 2 or less. A network does not know that, so SINDy has an advantage.
    A shift of the data's zero adds monomials of lower degree, but no edge to the graph. Parameters that vary between series are
    not part of the equations.

    Args:
        config: ``features`` and ``time_unit`` have an effect.
        seeds: one stacked member per seed; members that are fitted to the same data agree.

    Cost of fitting: a loop over at most :data:`FITTED_SERIES` series of each data set.
    Source: Brunton, Proctor & Kutz 2016, Discovering governing equations from data by sparse identification of nonlinear
    dynamical systems (https://doi.org/10.1073/pnas.1517384113); Messenger & Bortz 2021, Weak SINDy
    (https://doi.org/10.1137/20M1343166); Kaptanoglu et al. 2022, PySINDy (https://doi.org/10.21105/joss.03994).
    """

    offers = frozenset({"field", "jacobian", "observed"})
    field: PolynomialField

    def made_field(self, generators: Sequence[torch.Generator]) -> PolynomialField:
        return PolynomialField(len(generators), self.config.features)

    def fit(self, series: TimeSeries, owners: Sequence[int] | None = None) -> None:
        """As :meth:`pathlode.models.contract.SequenceModel.fit`.

        Raises:
            DataError: if no series has enough observations.
        """
        super().fit(series, owners)
        members = range(len(self.seeds))
        own = list(members if series.sets else [0] * len(members)) if owners is None else list(owners)
        found = {number: self._fitted(series, number, own.index(number)) for number in set(own)}
        for member, number in enumerate(own):
            self.field.coefficients[member] = found[number].to(self.field.coefficients)

    def _fitted(self, series: TimeSeries, number: int, member: int) -> Tensor:
        """Ξ, (term, feature), of a set of series, in the units of a member."""
        times, values = (part[number] if series.sets else part for part in (series.times, series.values))
        elapsed = (times - times[:, :1]) / self.config.time_unit
        scaled = (values - self.mean[member]) / self.std[member]
        grid, smooth = _smoothed(elapsed.double().numpy(force=True), scaled.double().numpy(force=True), series.name)
        return torch.from_numpy(_sparse(grid, smooth))


def _smoothed(times: Array, values: Array, name: str) -> tuple[Array, Array]:
    """A regular grid, (point,), and the smoothed features of the usable series on it, (series, point, feature).

    Args:
        times: τ, (series, time); NaN at padding.
        values: (series, time, feature); NaN where nothing was observed.
        name: of the series, for messages.
    """
    known = ~np.isnan(values)
    usable = np.flatnonzero((known.sum(axis=1) >= LEAST_OBSERVATIONS).all(axis=-1))[:FITTED_SERIES]
    if not len(usable):
        raise DataError(
            f"{name}: no series has {LEAST_OBSERVATIONS} observations of each feature, which SINDy needs: give longer series"
        )
    grid = np.linspace(0, np.nanmax(times[usable], axis=1).min(), SMOOTHED_POINTS)
    smooth = [
        [smoothing_spline(own[mask], feature[mask], grid) for feature, mask in zip(seen.T, masks.T, strict=True)]
        for own, seen, masks in zip(times[usable], values[usable], known[usable], strict=True)
    ]
    return grid, np.array(smooth).swapaxes(1, 2)


def _sparse(grid: Array, states: Array) -> Array:
    """Ξ, (term, feature), of smoothed series on a grid, (series, point, feature). Global random state is unchanged, though
    pysindy draws the intervals from it."""
    state = np.random.get_state()
    np.random.seed(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that all coefficients of an equation are 0
            import pysindy  # here: it may not be installed

            weak = pysindy.WeakPDELibrary(spatiotemporal_grid=grid, K=INTERVALS, H_xt=[HALF_WIDTH * grid[-1]])
            bumps, slopes = (_weights(weak.inds_k, each, len(grid)) for each in (weak.fullweights0, weak.fulltweights))
            terms, rates = bumps @ monomials(torch.from_numpy(states)).numpy(), -slopes @ states
            optimiser = pysindy.STLSQ(threshold=THRESHOLD, alpha=RIDGE)
            optimiser.fit(terms.reshape(-1, terms.shape[-1]), rates.reshape(-1, rates.shape[-1]))
    finally:
        np.random.set_state(state)
    return np.array(optimiser.coef_).T


def _weights(places: Sequence[Sequence[Array]], weights: Sequence[Array], points: int) -> Array:
    """Weights of the integrals over intervals as a matrix, (interval, point), from those at the points of each interval."""
    matrix = np.zeros((len(weights), points))
    for row, (inside,), own in zip(matrix, places, weights, strict=True):
        row[np.asarray(inside)] = own
    return matrix
