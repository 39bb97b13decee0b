"""The multi-power law: losses of a training as power laws of the sums of its rates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pathlode.arrays import Array
from pathlode.schedule.real_logs.contract import LogForecast, LoggedRun, LogModel, Question, spaced

LAW_ROWS = 30
"""Most rows of a run that the law is fitted to, equally spaced among them."""
LAW_PAST = 12
"""Most past runs that a fit sees, equally spaced among them."""
LAW_CELLS = 96
"""Parts of a schedule in which its rate counts as constant."""
LEAST_LAW_RATE = 1e-3
"""Least rate in the power of the rate, as a share of the largest."""
LAW_START = {"L0": -0.3, "A": -2.0, "alpha": -0.7, "B": -2.0, "C": 6.0, "beta": -0.7, "gamma": -0.7}
"""Natural logarithms of the parameters before a fit, with losses, rates and sums in units of the past runs'."""
FREEDOM = 2.0
"""Standard deviation of the logarithm of a parameter about its start."""
LARGEST_POWER = 100.0
"""Largest -γ ln η."""
RANGE = 6.0
"""Largest difference of the logarithm of a parameter from its start."""
LAW_MISFIT = 0.002
"""Least standard deviation of ln L about the law."""


@dataclass(frozen=True)
class LawRows:
    """Moments of runs in the law's units.

    Args:
        sums: sum of the rates until each moment, (row,).
        rates: rate of each part of the schedule, (row, cell).
        drops: fall of the rate at the beginning of each part that lies before the moment, (row, cell); a rise counts as 0.
        since: sum of the rates from there on, (row, cell).
    """

    sums: Array
    rates: Array
    drops: Array
    since: Array

    @classmethod
    def of(cls, run: LoggedRun, steps: Array) -> "LawRows":
        """The moments of a run at steps."""
        edges = np.linspace(0.0, max(float(run.moments[-1]), float(steps[-1])), LAW_CELLS + 1)
        sums, at_edges = run.sums(steps), run.sums(edges)
        rates = np.diff(at_edges) / np.diff(edges)
        drops = np.clip(rates[:-1] - rates[1:], 0.0, None)
        begun = edges[1:-1] < steps[:, None]
        kept = np.clip(rates[1:], LEAST_LAW_RATE * run.rates.max(), None)
        since = np.clip(sums[:, None] - at_edges[1:-1], 0.0, None)
        return cls(sums, np.broadcast_to(kept, begun.shape), np.where(begun, drops, 0.0), since)

    @classmethod
    def joined(cls, parts: "Sequence[LawRows]") -> "LawRows":
        """All rows of several runs."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))


def log_losses(parameters: Array, rows: LawRows) -> Array:
    """ln L of L = L0 + A S^-α - B Σ_k (η_{k-1} - η_k) (1 - (1 + C η_k^-γ S_k)^-β), (row,).

    S is the sum of all rates so far, and S_k the sum since the rate fell from η_{k-1} to η_k. A rate that rises, as in a
    warm-up, has no such term.

    Args:
        parameters: natural logarithms of L0, A, α, B, C, β and γ.
        rows: the moments.
    """
    least, scale, alpha, fall, speed, beta, gamma = np.exp(parameters)
    slowed = np.exp(np.minimum(-gamma * np.log(rows.rates), LARGEST_POWER))
    gained = 1 - (1 + speed * slowed * rows.since) ** -beta
    losses = least + scale * rows.sums**-alpha - fall * (rows.drops * gained).sum(axis=1)
    return np.log(np.clip(losses, 1e-3, None))


class MultiPowerLaw(LogModel):
    """L = L0 + A S^-α - B Σ_k (η_{k-1} - η_k) (1 - (1 + C η_k^-γ S_k)^-β), see :func:`log_losses`.

    It takes two least-squares fits of ln L: one to all past runs, then one to the seen rows with the first as its prior. The
    prior is the normal distribution of the parameters about the first fit. There, and in the second fit, all rows of a run
    count as one observation, as they err together. The forecast's deviation has the uncertainty of the parameters to first
    order, and the misfit of the seen rows.

    Source: Luo et al. 2025, A multi-power law for loss curve prediction across learning rate schedules
    (https://arxiv.org/abs/2503.12811). They fit the law to whole runs; the prior and the deviation are ours.
    """

    def answer(self, questions: Sequence[Question]) -> list[LogForecast]:
        fitted: dict[tuple[int, ...], tuple[Array, Array, tuple[float, float, float]]] = {}
        forecasts = []
        for question in questions:
            key = tuple(id(run) for run in question.past)
            if key not in fitted:
                fitted[key] = _learnt(spaced(question.past, LAW_PAST))
            forecasts.append(_forecast(question, *fitted[key]))
        return forecasts


def _learnt(past: Sequence[LoggedRun]) -> tuple[Array, Array, tuple[float, float, float]]:
    """Parameters of past runs, a root of their precision, and the units of steps, losses and rates."""
    peak = max(float(run.rates.max()) for run in past)
    length = max(float(run.sums(run.steps[-1:])[0]) for run in past) / peak
    units = (length, float(np.median([run.losses[-1] for run in past])), peak)
    scaled = [run.scaled(*units) for run in past]
    chosen = [spaced(range(len(run.steps)), LAW_ROWS) for run in scaled]
    rows = LawRows.joined([LawRows.of(run, run.steps[own]) for run, own in zip(scaled, chosen, strict=True)])
    target = np.concatenate([np.log(run.losses[own]) for run, own in zip(scaled, chosen, strict=True)])
    start = np.array(list(LAW_START.values()))
    free = np.eye(len(start)) / FREEDOM
    deviation = 0.01
    for _ in range(2):
        found, slopes = _least_squares(rows, target, deviation, start, free)
        deviation = max(float(np.sqrt(np.mean((log_losses(found, rows) - target) ** 2))), LAW_MISFIT)
    per_run = len(target) / len(past)
    precision = slopes.T @ slopes / (deviation**2 * per_run) + free.T @ free
    return found, np.linalg.cholesky(precision).T.astype(np.float64), units


def _forecast(question: Question, learnt: Array, root: Array, units: tuple[float, float, float]) -> LogForecast:
    seen = question.seen.scaled(*units)
    chosen = spaced(range(len(seen.steps)), LAW_ROWS)
    rows, target = LawRows.of(seen, seen.steps[chosen]), np.log(seen.losses[chosen])
    deviation = 0.01
    for _ in range(2):
        found, slopes = _least_squares(rows, target, deviation * np.sqrt(len(target)), learnt, root)
        deviation = max(float(np.sqrt(np.mean((log_losses(found, rows) - target) ** 2))), LAW_MISFIT)
    covariance = np.linalg.inv(slopes.T @ slopes / (deviation**2 * len(target)) + root.T @ root)
    later = LawRows.of(seen, question.asked / units[0])
    effect = _slopes(found, later)
    variance = np.einsum("ri,ij,rj->r", effect, covariance, effect)
    return LogForecast.normal(log_losses(found, later) + np.log(units[1]), np.sqrt(variance + deviation**2))


def _least_squares(rows: LawRows, target: Array, deviation: float, centre: Array, root: Array) -> tuple[Array, Array]:
    """The parameters that fit the rows and the prior, and the slopes of the rows' ln L by them, (row, parameter)."""
    from scipy.optimize import least_squares

    def misfits(parameters: Array) -> Array:
        own = (log_losses(parameters, rows) - target) / deviation
        return np.concatenate([own, root @ (parameters - centre)])

    middle = np.array(list(LAW_START.values()))
    found = least_squares(misfits, centre, bounds=(middle - RANGE, middle + RANGE), max_nfev=100).x
    return found, _slopes(found, rows)


def _slopes(parameters: Array, rows: LawRows) -> Array:
    """Derivatives of ln L by the parameters, by central differences, (row, parameter)."""
    small = 1e-4
    columns = [
        (log_losses(parameters + small * unit, rows) - log_losses(parameters - small * unit, rows)) / (2 * small)
        for unit in np.eye(len(parameters))
    ]
    return np.stack(columns, axis=1)
