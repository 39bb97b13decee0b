"""Exponential modes whose clock runs in rate × steps, fitted as a linear problem."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pathlode.arrays import Array
from pathlode.schedule.real_logs.contract import LogForecast, LoggedRun, LogModel, Question, spaced

MODES = 10
"""Number of modes."""
SPAN = (-1.0, 7.0)
"""Range of ln(h · S), with the largest sum of rates S of a past run."""
MODE_CELLS = 64
"""Parts of a run in which its rate counts as constant."""
MODE_ROWS = 30
"""Most rows of a run that a fit sees, equally spaced among them."""
MODE_PAST = 12
"""Most past runs that a fit sees, equally spaced among them."""
MEMBERS, JITTER = 6, 0.3
"""Models of a question, and the standard deviation of the differences between their ln h."""
MODE_MISFIT = 0.002
"""Least standard deviation of ln L about the model."""


class LoggedModes(LogModel):
    """L = Σ_k e_k + c, with e_k ← e_k exp(-2 h_k s) + q_k (η/η_max) (1 - exp(-2 h_k s)), for fixed speeds h_k.

    It is :class:`pathlode.schedule.planning.modes.QuadraticModes` without the noise that grows with the loss, in the limit of
    small η h: many steps then count as one. L is linear in e_k, q_k and c, so the fit is a non-negative least-squares problem,
    solved exactly. s is the sum of the rates of some steps, and η_max the largest rate of past runs. The logarithms of the
    speeds are equally spaced, but for small differences between the members of an ensemble. Members also differ in weights of
    the past runs, drawn from an exponential distribution. The relative errors of past runs and of the seen rows are weighted by
    their own variance. All rows of a run count as one observation, as they err together. The forecast's deviation is that of
    the members, with the misfit of the seen rows.

    Source: ours.
    """

    def answer(self, questions: Sequence[Question]) -> list[LogForecast]:
        learnt: dict[tuple[int, ...], list[Member]] = {}
        forecasts = []
        for question in questions:
            key = tuple(id(run) for run in question.past)
            if key not in learnt:
                learnt[key] = _members(spaced(question.past, MODE_PAST))
            forecasts.append(_forecast(question, learnt[key]))
        return forecasts


@dataclass(frozen=True)
class Member:
    """What one model knows of past runs.

    Args:
        speeds: h_k, (mode,).
        peak: η_max, the largest rate of past runs.
        root: square matrix R, and ``aim`` y: the past runs' weighted squared error is ``|R x - y|²`` and a constant.
        aim: see ``root``.
    """

    speeds: Array
    peak: float
    root: Array
    aim: Array


def effects(run: LoggedRun, steps: Array, speeds: Array, peak: float) -> Array:
    """The losses at steps as a linear map of (e_k at step 0, q_k, c), (step, 2 · modes + 1).

    Args:
        run: the run, of which only the schedule counts.
        steps: the steps.
        speeds: h_k, (mode,).
        peak: η_max.
    """
    edges = np.linspace(0.0, float(steps[-1]), MODE_CELLS + 1)
    sums = run.sums(edges)
    kept = np.exp(-2 * np.diff(sums)[:, None] * speeds)
    level = (np.diff(sums) / np.diff(edges) / peak)[:, None]
    floors = np.zeros((MODE_CELLS + 1, len(speeds)))
    for cell in range(MODE_CELLS):
        floors[cell + 1] = floors[cell] * kept[cell] + level[cell] * (1 - kept[cell])
    found = np.concatenate([np.exp(-2 * sums[:, None] * speeds), floors, np.ones((MODE_CELLS + 1, 1))], axis=1)
    return np.stack([np.interp(steps, edges, column) for column in found.T], axis=1)


def _members(past: Sequence[LoggedRun]) -> list[Member]:
    rng = np.random.default_rng(0)
    peak = max(float(run.rates.max()) for run in past)
    longest = max(float(run.sums(run.steps[-1:])[0]) for run in past)
    members = []
    for _ in range(MEMBERS):
        speeds = np.exp(np.linspace(*SPAN, MODES) - np.log(longest) + JITTER * rng.standard_normal(MODES))
        rows = [_relative(run, speeds, peak) for run in past]
        weights = np.sqrt(rng.exponential(size=len(past)))
        matrix = np.concatenate([weight * row for weight, row in zip(weights, rows, strict=True)])
        aim = np.concatenate([weight * _ones(len(row)) for weight, row in zip(weights, rows, strict=True)])
        orthogonal, root = np.linalg.qr(matrix)
        found = _nonnegative(root, orthogonal.T @ aim)
        errors = [np.sum((row @ found - _ones(len(row))) ** 2) for row in rows]
        deviation = max(float(np.sqrt(np.mean(errors))), MODE_MISFIT)
        members.append(Member(speeds, peak, root / deviation, orthogonal.T @ aim / deviation))
    return members


def _relative(run: LoggedRun, speeds: Array, peak: float) -> Array:
    """The effects on a run's rows, over its losses and the root of their number, so the squared errors add up to their mean."""
    chosen = spaced(range(len(run.steps)), MODE_ROWS)
    steps = run.steps[chosen]
    return effects(run, steps, speeds, peak) / run.losses[chosen, None] / np.sqrt(len(chosen))


def _forecast(question: Question, members: Sequence[Member]) -> LogForecast:
    lines, misfits = [], []
    for member in members:
        rows = _relative(question.seen, member.speeds, member.peak)
        aim = _ones(len(rows))
        deviation = 0.01
        for _ in range(2):
            found = _nonnegative(
                np.concatenate([member.root, rows / deviation]), np.concatenate([member.aim, aim / deviation])
            )
            deviation = max(float(np.sqrt(np.sum((rows @ found - aim) ** 2))), MODE_MISFIT)
        later = effects(question.seen, question.asked, member.speeds, member.peak)
        lines.append(np.log(later @ found))
        misfits.append(deviation)
    variance = np.var(lines, axis=0, ddof=1) + np.mean(np.square(misfits))
    return LogForecast.normal(np.mean(lines, axis=0), np.sqrt(variance))


def _ones(rows: int) -> Array:
    """What :func:`_relative` would give for the losses themselves."""
    return np.full(rows, 1 / np.sqrt(rows))


def _nonnegative(matrix: Array, aim: Array) -> Array:
    """The x ≥ 0 with the least |matrix x - aim|²."""
    from scipy.optimize import nnls

    return np.asarray(nnls(matrix, aim)[0])
