"""Flags of beats whose class is worth little: too noisy, or unlike the training data."""

import numpy as np
from numpy.typing import NDArray

from pathlode.core.shapes import Times, Values

TOO_NOISY, UNLIKE = "too noisy", "unlike the training data"
"""The flags; a beat without a flag has an empty text."""
NOISE_LIMIT = 0.15
"""Largest noise of a beat, in units of the recording's usual height of an R peak; chosen by hand."""
SLOWEST_WITH_NOISE = 75.0
"""Rate in Hz below which noise cannot be distinguished from the waves of a beat, and no beat is flagged for it."""


def flags_of(noise: NDArray[np.float32], strangeness: NDArray[np.float64]) -> list[str]:
    """The flag of each beat, (beat,), or an empty text; noise goes before strangeness.

    Args:
        noise: of :func:`relative_noise`, (beat,).
        strangeness: distance from the training data, (beat,).
    """
    return [str(flag) for flag in np.where(noise > 1, TOO_NOISY, np.where(strangeness > 1, UNLIKE, ""))]


def relative_noise(noise: NDArray[np.float32], heights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Noise in units of :data:`NOISE_LIMIT` times the median height of the record's R peaks, both in millivolts, (beat,)."""
    return (noise / (NOISE_LIMIT * max(float(np.median(heights)), 1e-6))).astype(np.float32)


def noise_and_height(times: Times, values: Values) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Noise of each window, and the height of its peak, in millivolts, (beat,).

    The noise is the standard deviation of white noise with the same median of deviations d = x(t) - (x(t - h) + x(t + h)) / 2
    outside the QRS complex, with h of about 10 ms: 1.4826 · median(abs(d)) / √1.5. The waves of a beat change little in this
    time.
    """
    seconds, signal = times[0].numpy(), values[..., 0].numpy()
    height = np.abs(signal[:, np.abs(seconds) < 0.05]).max(axis=1)
    interval = float(seconds[1] - seconds[0])
    if interval > 1 / SLOWEST_WITH_NOISE:
        return np.zeros_like(height), height
    lag = max(1, round(0.01 / interval))
    deviations = signal[:, lag:-lag] - (signal[:, : -2 * lag] + signal[:, 2 * lag :]) / 2
    outside = np.abs(deviations[:, np.abs(seconds[lag:-lag]) > 0.1])
    return (1.4826 / np.sqrt(1.5) * np.median(outside, axis=1)).astype(np.float32), height
