"""Samples of an ECG recording that show no heart: marked invalid, lost, saturated or flat."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

REASONS = ("marked invalid", "lost", "saturated", "flat")
"""Why a sample is invalid. The reason's number, counted from 1, marks the sample; 0 marks a valid one."""
SATURATED = 0.04
"""Seconds, and at least three samples, of the recording's largest or smallest value that are taken for saturation."""
FLAT = 0.5
"""Seconds of one and the same value that are taken for a flat line, as of a lead that is off."""

Marks = NDArray[np.uint8]
"""For each sample 0, or the number of a reason in :data:`REASONS`, counted from 1, (sample,)."""


def runs(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First and last position, the last one exclusive, of every run of true flags: (run, 2)."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False]))
    return edges.reshape(-1, 2)


def longer_than(flags: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """The flags in runs of ``count`` and more."""
    found = runs(flags)
    steps = np.zeros(len(flags) + 1, np.int8)
    for begin_or_end, step in zip(found[found[:, 1] - found[:, 0] >= count].T, (1, -1), strict=True):
        steps[begin_or_end] = step
    return steps[:-1].cumsum(dtype=np.int8).astype(bool)


def invalid_samples(signal: NDArray[Any], rate: float, lost: NDArray[np.bool_] | None = None) -> Marks:
    """The marks of a signal's samples.

    A sample is marked invalid if it is not finite; lost, if the recorder sent none; saturated in a run of the largest or
    smallest value of the whole signal, of at least :data:`SATURATED`; flat in a run of one value, of at least :data:`FLAT`.
    Of several reasons the first one in :data:`REASONS` counts. A signal of one value throughout is flat, not saturated.

    Args:
        signal: (sample,), on a regular grid.
        rate: samples per second.
        lost: the samples that stand for lost ones, (sample,).
    """
    marks = np.zeros(len(signal), np.uint8)
    finite = np.isfinite(signal)
    same = signal[1:] == signal[:-1]
    flat = longer_than(same, max(2, round(FLAT * rate) - 1))
    marks[np.r_[False, flat] | np.r_[flat, False]] = REASONS.index("flat") + 1
    if finite.any():
        ends = np.min(signal, where=finite, initial=np.inf), np.max(signal, where=finite, initial=-np.inf)
        for end in ends if ends[0] < ends[1] else ():
            held = longer_than(signal == end, max(3, round(SATURATED * rate)))
            marks[held] = REASONS.index("saturated") + 1
    if lost is not None:
        marks[lost] = REASONS.index("lost") + 1
    marks[~finite] = REASONS.index("marked invalid") + 1
    return marks


def bridged(signal: NDArray[Any], marks: Marks) -> NDArray[np.float64]:
    """The signal with a straight line between the valid neighbours in place of invalid samples; all 0 without valid ones."""
    holes, beside = np.flatnonzero(marks), np.unique(runs(marks > 0) - [1, 0])
    beside = beside[(beside >= 0) & (beside < len(signal))]
    filled = np.array(signal, np.float64)
    filled[holes] = np.interp(holes, beside, filled[beside]) if len(beside) else 0.0
    return filled
