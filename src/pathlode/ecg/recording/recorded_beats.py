"""Beats of a recording at any rate: windows in seconds, rhythm over all beats, and what is left out for which reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.shapes import Times, Values
from pathlode.ecg.beats import AFTER, BEFORE, LOCAL, without_baseline
from pathlode.ecg.flags import baseline_steps
from pathlode.ecg.recording.invalid import REASONS, Marks, longer_than
from pathlode.ecg.recording.placement import Peaks
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.records import RATE
from pathlode.errors import DataError

EDGE = "at the recording's edge"
"""Reason to leave out a beat whose window reaches beyond the recording."""
HIDES_A_BEAT = 0.3
"""Seconds of invalid samples in which a beat can be hidden. An RR interval across them is unknown."""
AROUND = 1800.0
"""Seconds before and after a beat over which its mean RR interval is taken. That is nearly a whole record of the MIT-BIH
Arrhythmia Database, and an hour of a longer recording, because the heart rate changes over a day."""
CUT_AT_ONCE = 2000
"""Beats whose windows are in memory at once."""
_MARGIN = 1.0  # seconds on both sides of a piece, more than both filters of the baseline reach


@dataclass(frozen=True)
class RecordedBeats:
    """Beats of a recording.

    Attributes:
        recording: the recording.
        peaks: R peaks of all beats, (beat,).
        intervals: seconds from each beat to the next one, NaN where a beat can be hidden in between, (beat - 1,).
        rr: RR intervals of all beats in seconds, in the order of :data:`pathlode.ecg.beats.RR`, (beat, 4).
        used: positions of the beats whose windows are valid throughout, (used,).
        left_out: number of the other beats by reason.
    """

    recording: Recording
    peaks: Peaks
    intervals: Array
    rr: NDArray[np.float32]
    used: NDArray[np.int64]
    left_out: Mapping[str, int]

    @classmethod
    def of(cls, recording: Recording, peaks: Peaks) -> "RecordedBeats":
        """Beats of a recording at these peaks.

        Raises:
            DataError: if there are fewer than three, or none with a valid window.
        """
        if len(peaks) < 3:
            raise DataError(
                f"{recording.name} has {len(peaks) or 'no'} beat{'' if len(peaks) == 1 else 's'}, expected at least three: "
                "give a longer recording"
            )
        intervals = known_intervals(peaks, recording.invalid, recording.rate)
        if np.isnan(intervals).all():
            raise DataError(f"{recording.name} has invalid samples between all its beats: give a better recording")
        used, left_out = valid_windows(recording, peaks)
        if not len(used):
            reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
            raise DataError(
                f"{recording.name} has no beat whose samples are all valid ({reasons}): give a better recording"
            )
        return cls(recording, peaks, intervals, rhythm(peaks, intervals, recording.rate), used, left_out)

    @property
    def times(self) -> Array:
        """Seconds of the used beats' R peaks from the recording's begin, (used,)."""
        return self.peaks[self.used] / self.recording.rate

    def windows(self) -> "Iterator[BeatWindows]":
        """Windows of the used beats, as :func:`windows_at` gives them, in pieces."""
        for begin in range(0, len(self.used), CUT_AT_ONCE):
            yield windows_at(self.recording, self.peaks[self.used[begin : begin + CUT_AT_ONCE]])


class BeatWindows(NamedTuple):
    """Windows of beats.

    Attributes:
        times: seconds from the R peak, (beat, time).
        values: millivolts without baseline, (beat, time, 1).
        steps: :func:`pathlode.ecg.flags.baseline_steps` in millivolts, (beat,).
    """

    times: Times
    values: Values
    steps: NDArray[np.float32]


def windows_at(recording: Recording, peaks: Peaks) -> BeatWindows:
    """Windows of beats, all within the recording."""
    rate, offsets = recording.rate, window_offsets(recording.rate)
    margin = round(_MARGIN * rate)
    first, last = max(0, peaks[0] + offsets[0] - margin), peaks[-1] + offsets[-1] + margin
    signal = recording.microvolts[first:last]
    cleaned = without_baseline(signal, rate)
    values = cleaned[peaks[:, None] - first + offsets].astype(np.float32) / 1000
    seconds = torch.from_numpy((offsets / rate).astype(np.float32))
    steps = baseline_steps((signal - cleaned) / 1000, peaks - first, offsets, rate)
    return BeatWindows(seconds.expand(len(peaks), -1), torch.from_numpy(values)[..., None], steps)


def window_offsets(rate: float) -> NDArray[np.int64]:
    """Samples of a window counted from the R peak: those in the seconds that :data:`pathlode.ecg.beats.BEFORE` and
    :data:`pathlode.ecg.beats.AFTER` samples take at :data:`pathlode.ecg.records.RATE`."""
    return np.arange(-int(BEFORE * rate / RATE), int(np.ceil(AFTER * rate / RATE)))


def known_intervals(peaks: Peaks, invalid: Marks, rate: float) -> Array:
    """Seconds from each beat to the next one, (beat - 1,); NaN across :data:`HIDES_A_BEAT` or more of invalid samples."""
    hidden = np.r_[0, longer_than(invalid > 0, max(1, round(HIDES_A_BEAT * rate))).cumsum(dtype=np.int64)]
    return np.where(hidden[peaks[1:]] > hidden[peaks[:-1]], np.nan, np.diff(peaks) / rate)


def rhythm(peaks: Peaks, intervals: Array, rate: float) -> NDArray[np.float32]:
    """RR intervals of every beat in seconds, in the order of :data:`pathlode.ecg.beats.RR`, (beat, 4).

    They are those of :func:`pathlode.ecg.beats.rr_intervals`, except that the record's mean is that of the intervals within
    :data:`AROUND` of the beat. It takes the place of unknown intervals.
    """
    import pandas as pd  # here, because the import takes half a second

    known = np.isfinite(intervals)
    sums = np.c_[np.zeros(2), np.stack([known, np.where(known, intervals, 0.0)]).cumsum(axis=1)]
    ends = np.searchsorted(peaks, np.stack([peaks - AROUND * rate, peaks + AROUND * rate])).clip(0, len(intervals))
    count, total = sums[:, ends[1]] - sums[:, ends[0]]
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nanmean(intervals))
    before, after = (np.where(np.isfinite(x), x, mean) for x in (np.r_[np.nan, intervals], np.r_[intervals, np.nan]))
    local = pd.Series(before).rolling(LOCAL, min_periods=1).mean().to_numpy()
    return np.stack([before, after, local, mean], axis=1).astype(np.float32)


def valid_windows(recording: Recording, peaks: Peaks) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Positions of the beats whose windows are inside the recording and valid throughout, and the number of the others by
    reason. Of several reasons the first one in :data:`pathlode.ecg.recording.invalid.REASONS` counts."""
    offsets = window_offsets(recording.rate)
    begin, end = peaks + offsets[0], peaks + offsets[-1] + 1
    fine = (begin >= 0) & (end <= len(recording.invalid))
    left_out = {EDGE: int((~fine).sum())}
    begin, end = begin.clip(0), end.clip(max=len(recording.invalid))
    for number, reason in enumerate(REASONS, start=1):
        before = np.r_[0, (recording.invalid == number).cumsum(dtype=np.int32)]
        hit = fine & (before[end] > before[begin])
        left_out[reason] = int(hit.sum())
        fine &= ~hit
    return np.flatnonzero(fine), {reason: count for reason, count in left_out.items() if count}
