"""Flags of beats whose class is worth little: too noisy, unlike the training data, or early in an irregular rhythm."""

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.shapes import Times, Values
from pathlode.ecg.features import Classes, Features
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative import RHYTHM

TOO_NOISY, UNLIKE, IRREGULAR = "too noisy", "unlike the training data", "irregular rhythm"
"""The flags; a beat without a flag has an empty text."""
NOISE_LIMIT = 0.15
"""Largest noise of a beat, in units of the recording's usual height of an R peak; chosen by hand."""
STEP = 0.05
"""Seconds in which an electrode that moves changes the baseline. Breathing takes much longer."""
STEP_LIMIT = 0.2
"""Largest step of the baseline in a beat's window, in units of the recording's usual height of an R peak: one in a hundred of
the beats of DS1, as they were recorded, has a larger one."""
IRREGULAR_LIMIT = 0.1
"""Usual change from one interval to the next, in units of the usual interval, from which on the rhythm itself is irregular and
an early beat says little. All records of DS1 in atrial fibrillation change more, and those in sinus rhythm without many ectopic
beats less."""
SLOWEST_WITH_NOISE = 75.0
"""Rate in Hz below which noise cannot be distinguished from the waves of a beat, and no beat is flagged for it."""


def flags_of(noise: NDArray[np.float32], strangeness: NDArray[np.float64], irregular: NDArray[np.bool_]) -> list[str]:
    """The flag of each beat, (beat,), or an empty text; noise goes before strangeness, and both before the rhythm.

    Args:
        noise: of :func:`relative_noise`, (beat,).
        strangeness: distance from the training data, (beat,).
        irregular: of :func:`in_irregular_rhythm`, (beat,).
    """
    flags = np.where(noise > 1, TOO_NOISY, np.where(strangeness > 1, UNLIKE, np.where(irregular, IRREGULAR, "")))
    return [str(flag) for flag in flags]


def in_irregular_rhythm(classes: Classes, rhythm: Features) -> NDArray[np.bool_]:
    """Which beats are called S, though the rhythm around them is irregular beyond :data:`IRREGULAR_LIMIT`, (beat,).

    Args:
        classes: index of each beat's class, (beat,).
        rhythm: of :func:`pathlode.ecg.relative.relative_rhythm`, (beat, 11).
    """
    changes = rhythm[:, RHYTHM.index("irregular, near")]
    irregular: NDArray[np.bool_] = (classes == CLASSES.index("S")) & (changes > IRREGULAR_LIMIT)
    return irregular


def relative_noise(
    noise: NDArray[np.float32], steps: NDArray[np.float32], heights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The larger one of a beat's noise in units of :data:`NOISE_LIMIT` and its step in units of :data:`STEP_LIMIT`, both times
    the median height of the record's R peaks, (beat,); too noisy above 1.

    Args:
        noise: of :func:`noise_and_height`, in millivolts, (beat,).
        steps: of :func:`baseline_steps`, in millivolts, (beat,).
        heights: of R peaks of the same record, in millivolts.
    """
    height = max(float(np.median(heights)), 1e-6)
    return (np.maximum(noise / NOISE_LIMIT, steps / STEP_LIMIT) / height).astype(np.float32)


def baseline_steps(
    baseline: Array, peaks: NDArray[np.int64], offsets: NDArray[np.int64], rate: float
) -> NDArray[np.float32]:
    """Largest change of the baseline within :data:`STEP` in the window of each beat, in its unit, (beat,).

    Median filters keep edges: where an electrode moves, the baseline that they estimate steps, and what is left of the signal
    is distorted beside the step, too slowly for :func:`noise_and_height`.

    Args:
        baseline: of :func:`pathlode.ecg.beats.without_baseline`, (sample,).
        peaks: samples of R peaks, whose windows lie in the signal, (beat,).
        offsets: successive samples of a window, counted from the R peak.
        rate: samples per second.
    """
    lag = max(1, round(STEP * rate))
    steps = np.abs(baseline[lag:] - baseline[:-lag])
    largest: NDArray[np.float32] = steps[peaks[:, None] + offsets[:-lag]].max(axis=1, initial=0).astype(np.float32)
    return largest


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
