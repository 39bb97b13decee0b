"""Optimised dynamic mode decomposition: each series as a sum of exponentials of its own, fitted in closed form."""

import logging
import warnings
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.shapes import Times
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Prediction

Complex = NDArray[np.complex128]
STALL = 1e-5
"""A fit ends with a step that lowers its error by a smaller share. PyDMD's own is so small that noisy series never meet it."""


class Modes(NamedTuple):
    """x(τ) = Re Σ_k b_k e^{λ_k τ} of one series.

    Attributes:
        rates: λ, (mode,).
        amplitudes: b, (feature, mode).
    """

    rates: Complex
    amplitudes: Complex


class BOPDMD(SequenceModel):
    """x(τ) = Re Σ_k b_k e^{λ_k τ}, with τ = (t - t_1) / time_unit, and rates λ_k and vectors b_k of each series' own.

    They are fitted to the observations of the series that is predicted, at their irregular times, by least squares in λ and b
    at once (variable projection), as the package PyDMD does. There are as many modes as features, and one more for a constant:
    the solutions of a linear system dx/dt = A x + c. So on a linear system nothing is to be learnt from other series, and on
    any other the model is a local linear one.

    With Δ the mean gap between observations, the real part of a rate is kept between -1 / Δ and 0, and the imaginary part
    below π / Δ: predictions are bounded after the first observation, and no mode serves a single observation. A fit to series
    that are far from any sum of exponentials may find one of several minima, and which one may depend on rounding.

    A feature that is missing at some times is joined there by straight lines, and is its mean over the training data if it is
    never observed. A series with too few times for its modes, or one whose fit fails, is predicted by its mean.

    All members agree on the same observations. No bags of observations are drawn, so nothing is random.

    Args:
        config: ``features`` and ``time_unit`` have an effect.
        seeds: one stacked member per seed.

    Cost: one fit for each series that is predicted, one after another; training costs nothing.
    Source: Askham & Kutz 2018, Variable projection methods for an optimized dynamic mode decomposition
    (https://arxiv.org/abs/1704.02343); Sashidhar & Kutz 2021, Bagging, optimized dynamic mode decomposition
    (https://arxiv.org/abs/2107.10878), here without its bags.
    """

    @property
    def reads_gaps(self) -> bool:
        return True

    def predicted(self, given: Observations, query: Query) -> Prediction:
        elapsed, asked = (
            ((part - given.start[..., None]) / self.config.time_unit).double() for part in (given.times, query.times)
        )
        found = self._modes(elapsed, given)
        rates, amplitudes = (torch.from_numpy(np.stack(part)).to(asked.device) for part in zip(*found, strict=True))
        waves = torch.exp(rates[:, None] * asked.flatten(0, 1)[..., None])
        predicted = (waves @ amplitudes.mT).real.view(*query.times.shape, -1)
        if given.mask is not None:
            predicted = predicted.where(given.mask.any(dim=2, keepdim=True), self.mean.double())
        return Prediction(values=predicted.to(given.values.dtype))

    def _modes(self, elapsed: Times, given: Observations) -> list[Modes]:
        """Of each member's series, one after another; equal series of several members are fitted once."""
        known: dict[bytes, Modes] = {}
        found = []
        for own, values in zip(elapsed.flatten(0, 1), given.values.flatten(0, 1), strict=True):
            parts = own.numpy(force=True), values.double().numpy(force=True)
            key = b"".join(part.tobytes() for part in parts)
            if key not in known:
                known[key] = modes_of(*parts)
            found.append(known[key])
        return found


def modes_of(times: Array, values: Array) -> Modes:
    """The modes of one series, and its mean as one more, whose rate is 0.

    Args:
        times: τ, (time,); padding repeats the last time.
        values: (time, feature), NaN where nothing was observed; a feature that is never observed gives 0.
    """
    seen = ~np.isnan(values).all(axis=1)
    times, values = times[seen], _joined(times[seen], values[seen])
    mean, std = values.mean(axis=0), values.std(axis=0)
    std[std == 0] = 1.0
    modes = _fitted(times, (values - mean) / std)
    return Modes(np.append(modes.rates, 0), np.append(std[:, None] * modes.amplitudes, mean[:, None], axis=1))


def _joined(times: Array, values: Array) -> Array:
    """Values in which each feature's gaps are joined by straight lines; 0 for one that is never observed."""
    joined = np.zeros_like(values)
    for place, feature in enumerate(values.T):
        known = ~np.isnan(feature)
        if known.any():
            joined[:, place] = np.interp(times, times[known], feature[known])
    return joined


def _fitted(times: Array, values: Array) -> Modes:
    """The modes by variable projection; all 0 if it fails, or there are too few times."""
    rank = values.shape[1] + 1
    none = Modes(np.zeros(rank, dtype=np.complex128), np.zeros((rank - 1, rank), dtype=np.complex128))
    if len(times) <= rank:
        return none
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        snapshots = np.vstack([values.T, np.ones(len(times))])
        fastest = (len(times) - 1) / (times[-1] - times[0])  # one over the mean gap

        def bounded(rates: Complex) -> Complex:
            return rates.real.clip(-fastest, 0) + 1j * rates.imag.clip(-np.pi * fastest, np.pi * fastest)

        try:
            guess = bounded(_first_rates(times, values))
            settings = {"num_trials": 0, "eig_constraints": bounded, "varpro_opts_dict": {"eps_stall": STALL}}
            decomposition = _decomposition()(svd_rank=rank, init_alpha=guess, **settings)
            decomposition.fit(snapshots, times)
        except (np.linalg.LinAlgError, ValueError):
            return none
    rates = np.asarray(decomposition.eigs, dtype=np.complex128)
    amplitudes = np.asarray(decomposition.modes * decomposition.amplitudes, dtype=np.complex128)[:-1]
    if rates.shape != (rank,) or not (np.isfinite(rates).all() and np.isfinite(amplitudes).all()):
        return none
    return Modes(rates, amplitudes)


@cache
def _decomposition() -> Any:
    """PyDMD's class. The package configures the root logger, and logs a line there for each fit. Here the root logger is left
    alone, and the lines go to a logger of the package's own, which keeps warnings only."""
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, [logging.NullHandler()]
    try:
        from pydmd import BOPDMD as Decomposition  # here: it may not be installed, and warns on import
        from pydmd import snapshots
    finally:
        root.handlers = handlers
    snapshots.logging = logging.getLogger("pydmd")
    snapshots.logging.setLevel(logging.WARNING)
    return Decomposition


def _first_rates(times: Array, values: Array) -> Complex:
    """Rates from which a fit begins: 0, and the eigenvalues of A in x(τ) = x_1 + A ∫ x dτ + c τ, by least squares.

    PyDMD's own first rates come from differences over the gaps, which on irregular times may be very short.
    """
    elapsed = times - times[0]
    steps = np.diff(times)[:, None] * (values[1:] + values[:-1]) / 2
    integrals = np.vstack([np.zeros_like(values[:1]), steps.cumsum(axis=0)])
    known = np.column_stack([integrals, elapsed, np.ones_like(elapsed)])
    matrix = np.linalg.lstsq(known, values, rcond=None)[0][: values.shape[1]].T
    return np.append(np.linalg.eigvals(matrix), 0.0).astype(np.complex128)
