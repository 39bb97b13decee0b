"""Classes of heartbeats while they are recorded."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.features import median_of
from pathlode.ecg.flags import flags_of, in_irregular_rhythm, noise_and_height, relative_noise
from pathlode.ecg.recording.peaks import seek_peaks
from pathlode.ecg.recording.placement import REFRACTORY
from pathlode.ecg.recording.recorded_beats import known_intervals, valid_windows, windows_at
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative import relative_features, relative_rhythm, unhurried, waveform_on_grid
from pathlode.errors import DataError

TICK = 0.5
"""Seconds of signal between two searches for beats."""
REMEMBERED = 20.0
"""Seconds of signal in which beats are sought."""
SETTLED = 1.0
"""Seconds of signal after a peak from which on it counts as found. A window and the baseline's filters reach less far."""
PATIENCE = 4.0
"""Seconds after a peak from which on the next one is not waited for. The beat's rhythm then has the mean interval after it."""
USUAL = 20
"""Beats from which on the patient's usual beat counts as known."""
RECENT = 500
"""Beats that show the usual one."""
NOT_YET = "usual beat not yet known"
"""Flag of the first :data:`USUAL` beats, whose features are relative to few others."""
_HISTORY = 6000  # beats: half an hour of them at the fastest heart rate that the detector knows


@dataclass(frozen=True)
class StreamedBeat:
    """A classified beat.

    Attributes:
        time_s: seconds of its R peak from the begin of the stream.
        label: one of :data:`pathlode.ecg.records.CLASSES`.
        probability: its probability.
        flag: as in a report, or :data:`NOT_YET`, or empty.
    """

    time_s: float
    label: str
    probability: float
    flag: str


@dataclass(frozen=True)
class _Recent:
    """A beat that was seen, and what its class needs beside the rhythm: numbers count from the begin of the stream."""

    number: int
    features: NDArray[np.float32]
    window: NDArray[np.float32]
    step: np.float32
    noise: np.float32
    height: np.float32


class Stream:
    """Classifies beats as their samples arrive, at most :data:`PATIENCE` + :data:`TICK` seconds after the R peak, but none
    before the second one.

    A report of the whole recording can differ: there the usual beat and interval are those around a beat, here those
    of the beats before it, and here the detector has seen the last :data:`REMEMBERED` seconds only. Samples must not be lost:
    give NaN in their place. How the samples are divided among calls makes no difference.

    Beats with invalid samples in their windows are not given, nor is it noticed that the signal is upside down. Beats that
    still wait when the samples end are not given either.

    Args:
        model: the classifier.
        rate: samples per second.
        unit: of the samples, mV, uV or V.

    Raises:
        DataError: at the first samples, if rate or unit are not as expected.
    """

    def __init__(self, model: BeatModel, rate: float, unit: str = "mV") -> None:
        self.model, self.rate, self.unit = model, rate, unit
        self._waiting: Array = np.zeros(0)
        self._signal: Array = np.zeros(0)
        self._end, self._told = 0, 0
        self._peaks: NDArray[np.int64] = np.zeros(0, np.int64)
        self._intervals: Array = np.zeros(0)
        self._gone, self._seen = 0, 0
        self._recent: deque[_Recent] = deque(maxlen=RECENT)

    def push(self, samples: Any) -> list[StreamedBeat]:
        """Takes samples, and gives the beats that are now known.

        Args:
            samples: (sample,), as many or few as there are; NaN for invalid or lost ones.

        Raises:
            DataError: if they are something else.
        """
        try:
            given = np.atleast_1d(np.asarray(samples, np.float64))
        except (TypeError, ValueError):
            given = np.zeros((0, 0))
        if given.ndim != 1:
            raise DataError(
                "the stream was given something else than numbers of one lead: write nan for missing samples"
            )
        self._waiting = np.r_[self._waiting, given]
        step, beats = max(1, round(TICK * self.rate)), []
        while len(self._waiting) >= step:
            taken, self._waiting = self._waiting[:step], self._waiting[step:]
            self._signal = np.r_[self._signal, taken][-round(REMEMBERED * self.rate) :]
            self._end += step
            beats += self._known()
        return beats

    def _known(self) -> list[StreamedBeat]:
        recording = Recording.of(self._signal, rate=self.rate, unit=self.unit, name="the stream")
        begin = self._end - len(self._signal)
        self._find(recording, begin)
        self._look(recording, begin)
        if not np.isfinite(self._intervals).any():
            return []  # there is no rhythm yet
        patient = self._end - round(PATIENCE * self.rate)
        ready = [
            number
            for number in range(self._told, len(self._peaks))
            if number + 1 < len(self._peaks) or self._peaks[number] <= patient
        ]
        if not ready:
            return []
        beats = self._classified(self._told, ready[-1])
        self._told = ready[-1] + 1
        self._forget()
        return beats

    def _find(self, recording: Recording, begin: int) -> None:
        """Adds the peaks that have settled since the last search, and the intervals before them."""
        found = seek_peaks(recording) + begin
        last = self._peaks[-1] if len(self._peaks) else -self._end - 1
        after = found > last + REFRACTORY * self.rate
        new = found[after & (found <= self._end - SETTLED * self.rate)]
        ends = np.r_[self._peaks[-1:], new]
        if len(ends) > 1:
            inside = ends.clip(begin) - begin
            known = known_intervals(inside, recording.invalid, self.rate)
            self._intervals = np.r_[self._intervals, np.where(ends[:-1] < begin, np.nan, known)]
        self._peaks = np.r_[self._peaks, new]

    def _look(self, recording: Recording, begin: int) -> None:
        """Remembers the beats whose peaks are new and whose windows are valid."""
        new, self._seen = np.arange(self._seen, len(self._peaks)), len(self._peaks)
        used, _ = valid_windows(recording, self._peaks[new] - begin)
        if not len(used):
            return
        times, values, steps = windows_at(recording, self._peaks[new[used]] - begin)
        shapes = self.model.encode(times, values), waveform_on_grid(times, values)
        columns = *shapes, steps, *noise_and_height(times, values)
        self._recent.extend(map(_Recent, (new[used] + self._gone).tolist(), *columns))

    def _classified(self, first: int, last: int) -> list[StreamedBeat]:
        """The remembered beats from one number to another."""
        recent = list(self._recent)
        numbers = np.array([beat.number for beat in recent], np.int64) - self._gone
        asked = (numbers >= first) & (numbers <= last)
        if not asked.any():
            return []
        features, windows, steps, noise, heights = (
            np.array([getattr(beat, name) for beat in recent])
            for name in ("features", "window", "step", "noise", "height")
        )
        start = max(0, int(numbers[0]))
        rhythm = relative_rhythm(np.r_[np.nan, self._intervals, np.nan][start:])[(numbers - start).clip(0)]
        relative = relative_features(windows, rhythm)[asked]
        classes, probabilities, strangeness = self.model.classify(
            features[asked], relative, median_of(features, unhurried(rhythm))
        )
        irregular = in_irregular_rhythm(classes, rhythm[asked])
        flags: Sequence[str] = flags_of(relative_noise(noise, steps, heights)[asked], strangeness, irregular)
        if len(recent) < USUAL:
            flags = [NOT_YET] * len(flags)
        return [
            StreamedBeat(float(self._peaks[beat] / self.rate), CLASSES[label], float(probability), flag)
            for beat, label, probability, flag in zip(numbers[asked], classes, probabilities, flags, strict=True)
        ]

    def _forget(self) -> None:
        gone = max(0, len(self._peaks) - _HISTORY)
        self._peaks, self._intervals = self._peaks[gone:], self._intervals[gone:]
        self._told, self._seen, self._gone = self._told - gone, self._seen - gone, self._gone + gone
