"""Where in its QRS complex a beat's peak lies, and which found complexes are T waves."""

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.ecg.recording.recordings import Recording

Peaks = NDArray[np.int64]
"""Increasing samples of R peaks, (beat,)."""
REFRACTORY = 0.2
"""Seconds after a peak in which there is no other one."""
ALIGNED = 0.08
"""Seconds around a found complex in which its largest deflection is sought, and seconds of the usual complex."""
SHIFTED, ALIKE = 0.03, 0.9
"""Seconds by which a peak is moved at most for the best agreement with the usual complex, and the least correlation there."""
_OPPOSITE = 1.5  # times as large as the usual deflection, a deflection of the other sign is the beat's peak
_SMALL = 0.6  # times the recording's usual deflection, at most, is a beat's own one then
T_WAVE, T_WAVE_STEEPNESS = 0.36, 0.5
"""Seconds after a peak in which a complex that is less steep than this share of the one before it is that one's T wave."""
_STEEP = 0.06, 0.01  # seconds around a peak in which its steepness is sought, and over which it is measured


def aligned(recording: Recording, peaks: Peaks) -> Peaks:
    """Each found complex at its largest deflection from the baseline, those within :data:`REFRACTORY` of a larger one left
    out.

    The deflection points up, unless those down are much larger in most beats. Of a beat whose own one is small it is the other
    one if that is much larger, as in ectopic beats. A peak is then moved by up to :data:`SHIFTED` to where its complex agrees
    best with the median one, if they are :data:`ALIKE`: noise, and R and S waves of about the same height, would otherwise
    move the windows of equal beats against each other.
    """
    if not len(peaks):
        return peaks
    signal = recording.microvolts
    radius = max(1, round(ALIGNED * recording.rate))
    near = (peaks[:, None] + np.arange(-radius, radius + 1)).clip(0, len(signal) - 1)
    around = (peaks[:, None] + np.arange(-2 * radius, 2 * radius + 1)).clip(0, len(signal) - 1)
    heights = signal[near] - np.median(signal[around], axis=1, keepdims=True)
    sign = 1 if _OPPOSITE * np.median(heights.max(axis=1)) >= np.median(-heights.min(axis=1)) else -1
    usual, opposite = (sign * heights).argmax(axis=1), (sign * heights).argmin(axis=1)
    rows = np.arange(len(peaks))
    own, other = np.abs(heights[rows, usual]), np.abs(heights[rows, opposite])
    turned = (other > _OPPOSITE * own) & (own < _SMALL * np.median(own))
    place = np.where(turned, opposite, usual)
    places, tall = _apart(near[rows, place], np.abs(heights[rows, place]), round(REFRACTORY * recording.rate))
    return _apart(_agreeing(signal, places, recording.rate), tall, round(REFRACTORY * recording.rate))[0]


def without_t_waves(recording: Recording, peaks: Peaks) -> Peaks:
    """The peaks that are no T waves, see :data:`T_WAVE`.

    Source: Pan & Tompkins 1985, A real-time QRS detection algorithm (doi:10.1109/TBME.1985.325532), section II-E.
    """
    signal, rate = recording.microvolts, recording.rate
    reach, lag = round(_STEEP[0] * rate), max(1, round(_STEEP[1] * rate))
    places = (peaks[:, None] + np.arange(-reach, reach + 1)).clip(0, len(signal) - 1 - lag)
    steepness = np.abs(signal[places + lag] - signal[places]).max(axis=1)
    kept: list[int] = []
    for beat in range(len(peaks)):
        near = bool(kept) and peaks[beat] - peaks[kept[-1]] < T_WAVE * rate
        if not near or steepness[beat] >= T_WAVE_STEEPNESS * steepness[kept[-1]]:
            kept.append(beat)
    return peaks[kept]


def _agreeing(signal: NDArray[np.int32], peaks: Peaks, rate: float) -> Peaks:
    """The peaks moved to where their complexes agree best with the median one."""
    radius, most = max(1, round(ALIGNED * rate)), round(SHIFTED * rate)
    offsets = np.arange(-radius, radius + 1)

    def complexes(moved: int) -> Array:
        cut: Array = signal[(peaks[:, None] + moved + offsets).clip(0, len(signal) - 1)].astype(np.float64)
        return cut - cut.mean(axis=1, keepdims=True)

    usual = np.median(complexes(0), axis=0)
    usual -= usual.mean()
    best, shift = np.full(len(peaks), ALIKE), np.zeros(len(peaks), np.int64)
    for moved in sorted(range(-most, most + 1), key=abs):
        cut = complexes(moved)
        alike = cut @ usual / (np.sqrt((cut * cut).sum(axis=1) * (usual @ usual)) + 1e-9)
        better = alike > best
        best[better], shift[better] = alike[better], moved
    return (peaks + shift).clip(0, len(signal) - 1)


def _apart(places: Peaks, heights: Array, least: int) -> tuple[Peaks, Array]:
    """The places in order, without those that a larger neighbour lies closer to than ``least`` samples, and their heights."""
    places, first = np.unique(places, return_index=True)
    heights = heights[first]
    while len(places) > 1 and (close := np.diff(places) < least).any():
        smaller = heights[1:] < heights[:-1]
        dropped = np.r_[close & ~smaller, False] | np.r_[False, close & smaller]
        places, heights = places[~dropped], heights[~dropped]
    return places, heights
