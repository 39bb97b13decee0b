"""Measures of a forecast of a chaotic system, in Lyapunov times, and the exponent that forecasts imply.

All take forecasts (member, window, time, feature) at regular times (member, time) after the last observation, in standard
deviations of the quantities, and return a number per member.
"""

import math

import numpy as np

from pathlode.arrays import Array

VALID_ERROR = 0.4
"""A forecast is valid until its error exceeds it, in standard deviations; that of two independent orbits is about √2."""
NUDGE = 1e-4
"""Distance in each quantity, in standard deviations, of two starts whose forecasts are compared."""
LARGEST_DISTANCE = 1e-1
"""Distance up to which two forecasts count as near each other."""
SMALLEST_DISTANCE = 1e-12
"""Distance that rounding leaves."""


def forecast_errors(forecast: Array, truth: Array) -> Array:
    """Root mean square over the features of the error at every time, (member, window, time); inf where it is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.sqrt(np.square(forecast - truth).mean(axis=-1))
    return np.where(np.isfinite(error), error, np.inf)


def valid_prediction_time(forecast: Array, truth: Array, times: Array, exponents: Array) -> Array:
    """Median over windows of the time until :func:`forecast_errors` first exceeds :data:`VALID_ERROR`, in Lyapunov times,
    (member,).

    A forecast that stays below it is valid for as long as it was made. The first time counts from the last observation.

    Args:
        forecast: (member, window, time, feature).
        truth: the same.
        times: (member, time).
        exponents: largest Lyapunov exponents, in one over the unit of time, (member,).

    Source: Vlachas et al. 2020 (https://arxiv.org/abs/1910.05266), who have the threshold, for errors in units of the standard
    deviation.
    """
    wrong = forecast_errors(forecast, truth) > VALID_ERROR
    before = np.concatenate([np.zeros_like(times[:, :1]), times], axis=1)  # the last time at which it was valid
    first = np.where(wrong.any(axis=-1), wrong.argmax(axis=-1), times.shape[-1])
    valid = np.take_along_axis(before, first, axis=1)
    return np.asarray(np.median(valid, axis=1) * exponents)


def smape(forecast: Array, truth: Array, times: Array, exponents: Array, horizon: float) -> Array:
    """Symmetric mean absolute percentage error up to a horizon in Lyapunov times, from 0 to 200, (member,).

    It is the mean over windows, times and features of ``200 |x̂ - x| / (|x̂| + |x|)``, which is 200 where the forecast is not
    finite. x is about its mean on the attractor, where dysts has the raw value.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        each = 200 * np.abs(forecast - truth) / (np.abs(forecast) + np.abs(truth))
    each = np.where(forecast == truth, 0.0, np.nan_to_num(each, nan=200.0))
    inside = times * exponents[:, None] <= horizon * (1 + 1e-9)
    return np.array([own[:, chosen].mean() for own, chosen in zip(each, inside, strict=True)])


def exponent(forecast: Array, nudged: Array, times: Array, exponents: Array) -> Array:
    """Largest Lyapunov exponent of the system that forecasts, in units of the true one, (member,); 1 is right.

    It is the slope in time of the mean over windows of the logarithm of the distance of two forecasts, whose observations
    differ by :data:`NUDGE`. The first Lyapunov time is left out, in which the difference turns into the direction that grows;
    so are times from the one on at which the mean distance exceeds :data:`LARGEST_DISTANCE` or falls below
    :data:`SMALLEST_DISTANCE`. NaN with fewer than three times left, or if a forecast is not finite.

    Args:
        forecast: (member, window, time, feature).
        nudged: the same, from nudged observations.
        times: (member, time).
        exponents: true exponents, (member,).
    """
    found = []
    for own, other, when, true in zip(forecast, nudged, times, exponents, strict=True):
        with np.errstate(all="ignore"):
            mean = np.log(np.linalg.norm(other - own, axis=-1)).mean(axis=0)
        outside = ~((mean < math.log(LARGEST_DISTANCE)) & (mean > math.log(SMALLEST_DISTANCE)))
        end = int(outside.argmax()) if outside.any() else len(when)
        used = np.arange(len(when)) < end
        if (used & (when * true >= 1)).sum() >= 3:
            used &= when * true >= 1
        found.append(float(np.polyfit(when[used], mean[used], 1)[0]) / true if used.sum() >= 3 else math.nan)
    return np.array(found)
