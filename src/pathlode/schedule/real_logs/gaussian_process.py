"""A Gaussian process that continues the logarithm of the loss over the logarithm of the step."""

import warnings
from collections.abc import Sequence

import numpy as np

from pathlode.arrays import Array
from pathlode.schedule.real_logs.contract import LogForecast, LoggedRun, LogModel, Question

PROCESS_ROWS = 30
"""Most rows of a run that a process is fitted to, equally spaced in the logarithm of the step."""
BOUNDS = (1e-3, 1e2)
"""Range of amplitudes, and of lengths in logarithms of the step."""
PROCESS_NOISE = (1e-8, 1e-2)
"""Range of the variance of noise."""


class GaussianProcess(LogModel):
    """ln L ~ GP(0, a² (1 + x x') + b² exp(-(x - x')² / 2ℓ²) + σ² δ), with x = ln(step / last seen step).

    So the loss is a power law with smooth deviations. Its logarithm counts from its last seen value. The process sees neither
    rates nor past runs. Amplitudes, length and noise have the greatest likelihood on the seen rows.

    Source: Swersky et al. 2014, Freeze-thaw Bayesian optimization (https://arxiv.org/abs/1406.3896), for Gaussian processes
    that continue learning curves; the kernel is ours.
    """

    def answer(self, questions: Sequence[Question]) -> list[LogForecast]:
        known: dict[tuple[str, str, int], tuple[Array, Array]] = {}  # past runs and units make no difference
        forecasts = []
        for question in questions:
            seen = question.seen
            key = (seen.group, seen.name, len(seen.steps))
            if key not in known:
                known[key] = _continued(seen, question.asked)
            change, deviation = known[key]
            forecasts.append(LogForecast.normal(change + np.log(seen.losses[-1]), deviation))
        return forecasts


def _continued(seen: LoggedRun, asked: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of the change of the logarithm of the loss from its last seen value."""
    from sklearn.exceptions import ConvergenceWarning  # here, because the import takes a second
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    places = np.log(seen.steps / seen.end)
    chosen = np.unique(np.abs(np.linspace(places[0], 0.0, PROCESS_ROWS)[:, None] - places).argmin(axis=1))
    last = np.log(seen.losses[-1])
    line = ConstantKernel(0.1, BOUNDS) * DotProduct(1.0, "fixed")
    smooth = ConstantKernel(0.01, (1e-8, 1e1)) * RBF(1.0, BOUNDS)
    process = GaussianProcessRegressor(line + smooth + WhiteKernel(1e-5, PROCESS_NOISE))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a parameter at the end of its range
        process.fit(places[chosen, None], np.log(seen.losses[chosen]) - last)
    mean, deviation = process.predict(np.log(asked / seen.end)[:, None], return_std=True)
    return mean, deviation
