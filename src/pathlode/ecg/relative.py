"""Features of a beat relative to the patient's usual beat of that time and to its neighbours, at any sampling rate.

They need no classes. What they compare with is taken from :data:`BEATS_AROUND` beats, so that a beat of a night is compared
with that night.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.core.interpolation import interpolate
from pathlode.core.shapes import Times, Values
from pathlode.ecg.beats import BEFORE
from pathlode.ecg.conditions import TIMES
from pathlode.ecg.features import FEW_BEATS, Features
from pathlode.ecg.records import RATE

BEATS_AROUND, BEATS_STEP = 320, 64
"""Beats that show the usual one, and beats from which on it is taken anew."""
NEAR_INTERVALS = 41
"""Beats around a beat whose usual interval stands for its momentary rhythm."""
USUAL_QUANTILE = 0.85
"""Quantile of some intervals that is the usual one. Ectopic beats come early, so it is an interval between normal beats, also
where most beats are ectopic."""
RHYTHM = (
    "before", "after", "before the previous beat", "after the next beat", "before, near", "after / before",
    "z before", "z after", "z before, near", "irregular", "irregular, near",
)  # fmt: skip
"""Columns of :func:`relative_rhythm`."""
SHAPE = (
    "r", "r QRS", "r P", "r T", "d P", "d QRS", "d T", "d P / usual", "d QRS / usual", "maximum", "minimum", "width", "area",
    "P", "log P", "T maximum", "T minimum", "r previous", "r next", "d QRS previous", "d QRS next", "d P previous",
    "d P next", "mixture", "beside mixture", "r mixture", "strangeness",
)  # fmt: skip
"""Columns of :func:`relative_shape`."""
_GRID = 120  # Hz
_POINTS = TIMES[BEFORE % (RATE // _GRID) :: RATE // _GRID]  # one of them at the R peak
_SECONDS = _POINTS.numpy()
_SPANS = (
    (-0.25, -0.07),
    (-0.07, 0.09),
    (0.1, 0.45),
    (-0.1, 0.3),
)  # of P wave, QRS complex, T wave, and of both complex and T
_P, _QRS, _T, _WAVES = (np.abs(_SECONDS - (begin + end) / 2) <= (end - begin) / 2 + 1e-6 for begin, end in _SPANS)
_SMALL = 0.05  # mV, or shares of the QRS complex's height: differences below are noise
_EARLY = 0.9  # of the usual interval
Reals = NDArray[np.floating[Any]]
"""Numbers of either precision."""


def relative_features(windows: Features, rhythm: Features) -> Features:
    """The columns :data:`RHYTHM` and :data:`SHAPE` of successive beats of one recording, (beat, 38).

    Args:
        windows: of :func:`waveform_on_grid`, (beat, point).
        rhythm: of :func:`relative_rhythm`, (beat, 11).
    """
    early = rhythm[:, RHYTHM.index("before, near")] < _EARLY
    return np.hstack([rhythm, relative_shape(windows, early, unhurried(rhythm))])


def unhurried(rhythm: Features) -> NDArray[np.bool_]:
    """Which beats come at the usual interval after the one before, or later, (beat,): those that show the patient's usual beat.

    Ectopic beats come early, with few exceptions. So the median of these beats is a normal one, even where most beats of a
    patient are ectopic.

    Args:
        rhythm: of :func:`relative_rhythm`, also with further columns, (beat, 11 or more).
    """
    late: NDArray[np.bool_] = rhythm[:, RHYTHM.index("before")] >= 1
    return late


def waveform_on_grid(times: Times, values: Values) -> Features:
    """Windows linearly interpolated onto 120 Hz, in millivolts, (beat, point).

    Args:
        times: seconds from the R peak, (beat, time).
        values: millivolts without baseline, (beat, time, 1).
    """
    return interpolate(times, values, _POINTS)[..., 0].numpy()


def relative_rhythm(intervals: Reals) -> Features:
    """The columns :data:`RHYTHM` of successive beats, (beat, 11), all without unit.

    The usual interval is the quantile :data:`USUAL_QUANTILE` of those around. The first four columns are intervals divided by
    it, the fifth is the interval before divided by the usual one of :data:`NEAR_INTERVALS` intervals. A z is the difference of
    an interval to such a usual one in units of 1.4826 times the median absolute deviation of the same intervals from their
    median (near: from the usual one) plus 10 ms. Irregular is the median absolute difference of successive intervals, divided
    by the usual interval: large in atrial fibrillation, where an early beat says little. An unknown interval counts as a usual
    one.

    Args:
        intervals: seconds before each beat, then after the last one, NaN where unknown, (beat + 1,).
    """
    finite = np.isfinite(intervals)
    known = np.where(finite, intervals, _usual_interval(intervals[finite]) if finite.any() else 1.0)
    usual, spread = running(known, _usual_interval), running(known, _deviation)
    changes = np.abs(np.diff(known, prepend=known[0]))
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(known, NEAR_INTERVALS // 2, mode="reflect"), NEAR_INTERVALS
    )
    near = np.quantile(around, USUAL_QUANTILE, axis=1, method="higher")
    near_spread = 1.4826 * np.median(np.abs(around - near[:, None]), axis=1) + 0.01
    near_changes = np.median(
        np.lib.stride_tricks.sliding_window_view(np.pad(changes, NEAR_INTERVALS // 2, mode="edge"), NEAR_INTERVALS),
        axis=1,
    )
    ends = np.pad(known, 1, mode="edge")
    before, after = known[:-1], known[1:]
    here = usual[:-1], spread[:-1] + 0.01, near[:-1], near_spread[:-1]
    columns = (
        before / here[0], after / here[0], ends[:-3] / here[0], ends[3:] / here[0], before / here[2], after / before,
        (before - here[0]) / here[1], (after - here[0]) / here[1], (before - here[2]) / here[3],
        running(changes)[:-1] / here[0], near_changes[:-1] / here[2],
    )  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


def relative_shape(windows: Features, early: NDArray[np.bool_], usual: NDArray[np.bool_] | None = None) -> Features:
    """The columns :data:`SHAPE` of successive beats, (beat, 27), all without unit.

    The usual beat m is the running median of the windows of ``usual`` beats. Its height is the range of its QRS complex. The
    columns compare a beat with m, and those of ``previous`` and ``next`` with the neighbouring beats:

    * ``r``: the correlation, of the whole window or of the part in which P wave, QRS complex or T wave lies.
    * ``d``: the root mean square of the difference in units of the height, of such a part. ``/ usual`` is divided by its
      running median.
    * ``maximum``, ``minimum``, those of ``T``, and ``P``, the range of its part: differences in units of the height. ``log P``
      is the difference of the logarithms.
    * ``width``: the share of the QRS part above 35 % of its largest deflection. ``area``: the mean deflection in units of the
      largest one. Both minus those of m.

    A fusion beat is a mixture of a normal and a ventricular one. Let e be the usual difference of the early beats that differ
    most from m. ``mixture`` is the coefficient of e in a beat's difference to m, ``beside mixture`` what remains of this
    difference, and ``r mixture`` their cosine. ``strangeness`` is the difference over the largest ones of the recording.

    Args:
        windows: of :func:`waveform_on_grid`, (beat, point).
        early: whether the interval before a beat is short, (beat,).
        usual: which beats the running medians are of, (beat,); None for all.
    """
    x = windows
    m = running(x, of=usual)
    height = np.ptp(m[:, _QRS], axis=1) + _SMALL
    difference = (x - m) / height[:, None]
    d_p, d_qrs, d_t = (_rms(difference[:, part]) for part in (_P, _QRS, _T))
    p, usual_p = np.ptp(x[:, _P], axis=1), np.ptp(m[:, _P], axis=1)
    qrs = x[:, _QRS]

    def above(reduce: Callable[..., Reals], part: NDArray[np.bool_]) -> Reals:
        return (reduce(x[:, part], axis=1) - reduce(m[:, part], axis=1)) / height

    columns = (
        correlation(x, m), correlation(qrs, m[:, _QRS]), correlation(x[:, _P], m[:, _P]), correlation(x[:, _T], m[:, _T]),
        d_p, d_qrs, d_t, d_p / (running(d_p, of=usual) + 0.01), d_qrs / (running(d_qrs, of=usual) + 0.01),
        above(np.max, _QRS), above(np.min, _QRS), _width(qrs) - _width(m[:, _QRS]), _area(qrs) - _area(m[:, _QRS]),
        (p - usual_p) / height, np.log((p + 0.02) / (usual_p + 0.02)), above(np.max, _T), above(np.min, _T),
        correlation(_previous(qrs), qrs), correlation(_next(qrs), qrs), _previous(d_qrs), _next(d_qrs),
        _previous(d_p), _next(d_p), *_mixture(difference[:, _WAVES], early),
    )  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


def _median(values: Reals) -> Reals:
    median: Reals = np.median(values, axis=0)
    return median


def running(values: Reals, statistic: Callable[[Reals], Reals] = _median, of: NDArray[np.bool_] | None = None) -> Reals:
    """A statistic over the :data:`BEATS_AROUND` values around each, (beat, ...), taken anew every :data:`BEATS_STEP` beats;
    over all values, if there are fewer. At the ends it is that of the first or last ones.

    Args:
        values: (beat, ...).
        statistic: of some of the values.
        of: which values count, (beat,), None for all; all of a neighbourhood where fewer than
            :data:`pathlode.ecg.features.FEW_BEATS` do.
    """
    out, count = np.empty_like(values), len(values)
    around, step = (BEATS_AROUND, BEATS_STEP) if count > BEATS_AROUND else (count, max(count, 1))
    for begin in range(0, count, step):
        first = min(max(0, begin - (around - step) // 2), count - around)
        here = values[first : first + around]
        if of is not None and (chosen := of[first : first + around]).sum() >= FEW_BEATS:
            here = here[chosen]
        out[begin : begin + step] = statistic(here)
    return out


def correlation(a: Reals, b: Reals) -> Reals:
    """Pearson correlation of each row of a with that of b, (beat,); 0 if one is constant."""
    a, b = (each - each.mean(axis=1, keepdims=True) for each in (a, b))
    return (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1) + 1e-9)


def _mixture(difference: Reals, early: NDArray[np.bool_]) -> tuple[Reals, Reals, Reals, Reals]:
    far = _rms(difference)
    largest = np.sort(far)[-min(len(far), max(5, len(far) // 200))]
    chosen = (far > max(0.12, 0.4 * largest)) & early
    if chosen.sum() < 3:
        chosen = far > max(0.12, 0.6 * largest)
    usual = np.median(difference[chosen], axis=0) if chosen.sum() >= 3 else np.zeros_like(difference[0])
    size = float((usual**2).sum())
    projected = difference @ usual
    share = projected / (size + 0.1)
    beside = _rms(difference - share[:, None] * usual) / (np.sqrt(size / len(usual)) + _SMALL)
    cosine = projected / np.sqrt(size * (difference**2).sum(axis=1) + _SMALL)
    return share, beside, cosine, far / (largest + _SMALL)


def _usual_interval(intervals: Reals) -> Reals:
    usual: Reals = np.asarray(np.quantile(intervals, USUAL_QUANTILE, method="higher"))
    return usual


def _deviation(values: Reals) -> Reals:
    deviation: Reals = 1.4826 * np.median(np.abs(values - np.median(values, axis=0)), axis=0)
    return deviation


def _rms(values: Reals) -> Reals:
    root: Reals = np.sqrt((values**2).mean(axis=1))
    return root


def _width(qrs: Reals) -> Reals:
    deflection = np.abs(qrs)
    width: Reals = (deflection > 0.35 * deflection.max(axis=1, keepdims=True)).mean(axis=1)
    return width


def _area(qrs: Reals) -> Reals:
    deflection = np.abs(qrs)
    area: Reals = deflection.mean(axis=1) / (deflection.max(axis=1) + _SMALL)
    return area


def _previous(values: Reals) -> Reals:
    return np.concatenate([values[:1], values[:-1]])


def _next(values: Reals) -> Reals:
    return np.concatenate([values[1:], values[-1:]])
