"""R peaks of recordings: found by a kept library, placed, and compared with reference peaks."""

import warnings
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.ecg.recording.placement import ALIGNED, Peaks, aligned, without_t_waves
from pathlode.ecg.recording.recordings import Recording
from pathlode.errors import DataError

MATCHED_WITHIN = 0.15
"""Seconds between a found peak and its reference peak, at most, as in ANSI/AAMI EC57."""
USUAL_RANGE = 0.02, 20.0
"""Millivolts between which the usual QRS complex of a heart spans: beyond them the unit is wrong."""
DETECTED_AT = 100.0, 200.0
"""Rates in Hz between which peaks are sought. The detector wants more than 40 Hz, and takes time in proportion to the rate."""
MISSED_BELOW = 40.0
"""Rate in Hz below which the detector misses many beats of clean recordings, if no low-pass filter came before the
sampling: what remains of a QRS complex then depends on where in it the samples fall."""
PIECE, OVERLAP = 600.0, 10.0
"""Seconds of signal in which peaks are sought at once, and seconds before and after them that the detector sees as well, so
that it has learnt the beats by then."""


def find_peaks(recording: Recording) -> Peaks:
    """The R peaks of a recording, of :func:`seek_peaks`.

    Raises:
        DataError: if there are fewer than three, or the usual QRS complex is not within :data:`USUAL_RANGE`.
    """
    peaks = seek_peaks(recording)
    if len(peaks) < 3:
        lost = max(recording.invalid_seconds().items(), key=lambda each: each[1], default=("", 0.0))
        if lost[1] > recording.seconds / 2:
            raise DataError(
                f"{recording.name}: {lost[1] / recording.seconds:.0%} of the samples of lead {recording.lead} are {lost[0]}: "
                "give a better recording"
            )
        raise DataError(
            f"{recording.name} has {len(peaks) or 'no'} R peak{'' if len(peaks) == 1 else 's'} in lead {recording.lead} "
            f"({recording.seconds:.4g} s), expected at least three: is it an ECG, and in the right unit?"
        )
    low, high = USUAL_RANGE
    usual = usual_height(recording, peaks)
    if not low <= usual <= high:
        raise DataError(
            f"{recording.name}: the usual QRS complex of lead {recording.lead} spans {usual:.2g} mV, expected {low:g} to "
            f"{high:g} mV: correct the unit"
        )
    return peaks


def usual_height(recording: Recording, peaks: Peaks) -> float:
    """Median range of the QRS complexes in millivolts, each within :data:`pathlode.ecg.recording.placement.ALIGNED`."""
    reach = max(1, round(ALIGNED * recording.rate))
    around = (peaks[:, None] + np.arange(-reach, reach + 1)).clip(0, len(recording.microvolts) - 1)
    return float(np.median(np.ptp(recording.microvolts[around], axis=1))) / 1000


def seek_peaks(recording: Recording) -> Peaks:
    """The R peaks of a recording, if there are any. Samples are those of its own rate.

    wfdb's XQRS finds QRS complexes in the signal brought to a rate between :data:`DETECTED_AT`. Each complex is then placed by
    :func:`pathlode.ecg.recording.placement.aligned`, and T waves are left out. A cost of about two microseconds a sample.
    """
    signal, rate = _at_a_rate_for_detection(recording.microvolts / 1000, recording.rate)
    found, step, overlap = [], round(PIECE * rate), round(OVERLAP * rate)
    for begin in range(0, len(signal), step):
        first = max(0, begin - overlap)
        own = _complexes(signal[first : begin + step + overlap], rate) + first
        found.append(own[(own >= begin) & (own < begin + step)])
    rough = (np.concatenate(found) * (recording.rate / rate)).round().astype(np.int64)
    return without_t_waves(recording, aligned(recording, rough))


@dataclass(frozen=True)
class PeakScores:
    """How found peaks agree with reference peaks.

    Attributes:
        reference: number of reference peaks.
        found: number of found peaks.
        matched: number of pairs.
    """

    reference: int
    found: int
    matched: int

    @property
    def sensitivity(self) -> float:
        """Share of the reference peaks that are found; NaN without any."""
        return self.matched / self.reference if self.reference else float("nan")

    @property
    def predictivity(self) -> float:
        """Share of the found peaks that are reference peaks; NaN without any."""
        return self.matched / self.found if self.found else float("nan")


def compare_peaks(found: Peaks, reference: Peaks, rate: float, tolerance: float = MATCHED_WITHIN) -> PeakScores:
    """Sensitivity and positive predictivity of found peaks. A found peak and a reference peak are a pair if each is the nearest
    of its kind to the other, and they are no further apart than the tolerance.

    Args:
        found: samples, increasing.
        reference: samples, increasing.
        rate: samples per second.
        tolerance: seconds.
    """
    if not len(found) or not len(reference):
        return PeakScores(len(reference), len(found), 0)
    to_reference, to_found = nearest(found, reference), nearest(reference, found)
    mutual = to_found[to_reference] == np.arange(len(found))
    close = np.abs(found - reference[to_reference]) <= tolerance * rate
    return PeakScores(len(reference), len(found), int((mutual & close).sum()))


def nearest(points: Peaks, among: Peaks) -> NDArray[np.int64]:
    """Position among other samples, increasing and at least one, of the one nearest to each point, (point,)."""
    after = np.searchsorted(among, points).clip(1, max(1, len(among) - 1)).clip(max=len(among) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(points - among[before] <= among[after] - points, before, after)


def _at_a_rate_for_detection(signal: Array, rate: float) -> tuple[Array, float]:
    from scipy.signal import resample_poly

    slowest, fastest = DETECTED_AT
    if rate < slowest:
        times = ceil(slowest / rate)
        return resample_poly(signal, times, 1, padtype="line"), rate * times
    if rate > fastest:
        every = ceil(rate / fastest)
        return resample_poly(signal, 1, every, padtype="line"), rate / every
    return signal, rate


def _complexes(signal: Array, rate: float) -> NDArray[np.float64]:
    """Samples of the QRS complexes in a piece of signal."""
    from wfdb.processing import XQRS  # here, because the import takes a second

    if len(signal) < rate or np.ptp(signal) == 0:
        return np.zeros(0)
    detector = XQRS(sig=signal, fs=rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of means over nothing, in pieces without beats
        detector.detect(verbose=False)
    return np.unique(np.asarray(detector.qrs_inds, np.float64))
