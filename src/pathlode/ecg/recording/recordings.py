"""ECG recordings of any source, rate and lead, brought into one form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.ecg.annotations import Annotations
from pathlode.ecg.recording.invalid import REASONS, Marks, bridged, invalid_samples
from pathlode.ecg.recording.leads import microvolts_of
from pathlode.errors import DataError

LEAST_RATE, LARGEST_RATE = 20.0, 1000.0
"""Sampling rates in Hz between which recordings are read."""
GAP = 0.1
"""Seconds, and at least 2.5 intervals, without a sample that are taken for lost samples."""
LARGEST_RANGE = 1e6
"""Microvolts between the 5 % and 95 % quantile of a signal, a thousand times those of an ECG: beyond it the unit is wrong.
A single sample so far from the median shows no heart."""
_EVEN = 0.3  # of an interval: times this close to a regular grid are rounded times of it
LARGEST_GRID = 10, 86_400.0
"""A regular grid has at most this many points per sample, and those of this many seconds: beyond it
times are wrong or far apart."""
_USUAL = 2.5  # median intervals: longer ones do not count for the rate


@dataclass(frozen=True)
class Recording:
    """One lead of a recording, on a regular grid.

    Attributes:
        name: of the recording.
        lead: name of the channel.
        rate: samples per second.
        microvolts: the signal, (sample,). Invalid samples lie on a straight line between their valid neighbours.
        invalid: marks of :func:`pathlode.ecg.recording.invalid.invalid_samples`, (sample,).
        annotations: marked beats; None if the source has none.
        found: sentences about what was found in the source rather than given.
    """

    name: str
    lead: str
    rate: float
    microvolts: NDArray[np.int32]
    invalid: Marks
    annotations: Annotations | None = None
    found: Sequence[str] = ()

    @property
    def millivolts(self) -> NDArray[np.float32]:
        """The signal in millivolts, (sample,)."""
        return (self.microvolts / 1000).astype(np.float32)

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self.microvolts) / self.rate

    def invalid_seconds(self) -> dict[str, float]:
        """Seconds of invalid samples by reason, those without any left out."""
        counts = np.bincount(self.invalid, minlength=len(REASONS) + 1)[1:]
        return {name: float(count / self.rate) for name, count in zip(REASONS, counts, strict=True) if count}

    @classmethod
    def of(
        cls,
        signal: Any,
        *,
        unit: str | None = "mV",
        rate: float | None = None,
        times: Any = None,
        lead: str = "unnamed",
        name: str = "recording",
        annotations: Annotations | None = None,
        found: Sequence[str] = (),
    ) -> "Recording":
        """A recording from arrays.

        Uneven times are brought onto a regular grid of their mean rate by linear interpolation, and what lies in a gap longer
        than :data:`GAP` is marked as lost. Times that lie close to a regular grid count as rounded times of that grid.

        Args:
            signal: (sample,); NaN marks an invalid sample.
            unit: mV, uV, V or nV.
            rate: samples per second, if there are no times.
            times: seconds, increasing, (sample,).
            lead: name of the channel.
            name: of the recording, for messages.
            annotations: marked beats, whose samples count in ``signal``.
            found: see the attribute.

        Raises:
            DataError: if something is not as expected.
        """
        values = _numbers(signal, f"{name}: the signal") * microvolts_of(unit, f"{name}: lead {lead}")
        lost = None
        if times is not None:
            grid = on_a_grid(values, _numbers(times, f"{name}: the times"), name)
            values, rate, lost = grid.values, grid.rate, grid.lost
            if annotations is not None and grid.positions is not None:
                annotations = annotations.moved(grid.positions)
        if rate is None:
            raise DataError(f"{name} says neither a sampling rate nor times: give the rate")
        if isinstance(rate, str):
            raise DataError(f"{name} has the rate {rate!r}, expected a number of samples per second")
        if not LEAST_RATE <= rate <= LARGEST_RATE:
            unit = "" if times is None else " by its times in seconds: say another unit in their title, such as time_ms"
            raise DataError(f"{name} is sampled at {rate:g} Hz, expected {LEAST_RATE:g} to {LARGEST_RATE:g} Hz{unit}")
        if annotations is not None:
            annotations.refuse_beyond(len(values), name)
        marks = invalid_samples(values, rate, lost)
        _check_size(values, marks, f"{name}: lead {lead}")
        values, far = _without_impossible(values, marks)
        if far:
            marks = invalid_samples(values, rate, lost)
        whole = bridged(values, marks)
        np.rint(whole, out=whole).clip(-(2**31), 2**31 - 1, out=whole)
        return cls(name, lead, float(rate), whole.astype(np.int32), marks, annotations, found)


@dataclass(frozen=True)
class Gridded:
    """A signal on a regular grid.

    Attributes:
        values: (point,).
        rate: points per second.
        lost: which points stand for lost samples, (point,); None for none.
        positions: the point nearest to each given sample, (sample,); None if the samples are the points.
    """

    values: Array
    rate: float
    lost: NDArray[np.bool_] | None = None
    positions: NDArray[np.int64] | None = None


def on_a_grid(values: Array, times: Array, name: str) -> Gridded:
    """Values at uneven times on a regular grid that begins at the first time, as :meth:`Recording.of` describes it.

    Args:
        values: (sample,).
        times: seconds, increasing, (sample,).
        name: of the recording, for messages.

    Raises:
        DataError: if the times are not increasing, of another number, or too far apart for :data:`LARGEST_GRID`.
    """
    if len(times) != len(values):
        raise DataError(f"{name} has {len(times)} times and {len(values)} samples, expected as many")
    if not np.isfinite(times).all():
        row = int(np.argmin(np.isfinite(times))) + 1
        raise DataError(
            f"{name} has no time at row {row}, expected one for each sample: fill it in, or leave the row out"
        )
    steps = np.diff(times)
    if len(steps) < 2 or not (steps > 0).all():
        row = int(np.argmin(steps > 0)) + 2 if len(steps) else 1
        raise DataError(f"{name}: its times do not increase at row {row}, expected at least three increasing times")
    usual = steps < _USUAL * np.median(steps)
    interval = float(steps[usual].mean())
    regular = times[0] + interval * np.arange(len(times))
    if usual.all() and np.abs(times - regular).max() < _EVEN * interval:
        return Gridded(values, 1 / interval)
    each, seconds = LARGEST_GRID
    if times[-1] - times[0] > each * len(times) * interval + seconds:
        row = int(steps.argmax())
        raise DataError(
            f"{name} has a gap of {steps[row] / 86_400:,.1f} days after sample number {row + 1}: correct the times, or split "
            "the recording there"
        )
    positions = ((times - times[0]) / interval).round().astype(np.int64)
    grid = times[0] + interval * np.arange(positions[-1] + 1)
    after = np.searchsorted(times, grid, side="right").clip(1, len(times) - 1)
    near = np.minimum(np.abs(grid - times[after - 1]), np.abs(times[after] - grid))
    lost = (steps[after - 1] > max(GAP, _USUAL * interval)) & (near > 0.5 * interval)
    return Gridded(np.interp(grid, times, values), 1 / interval, lost, positions)


def _check_size(microvolts: Array, marks: Marks, what: str) -> None:
    """Refuses a signal that spans more than :data:`LARGEST_RANGE` over most of its valid samples.

    Raises:
        DataError: if it does.
    """
    step = max(1, len(microvolts) // 100_000)
    valid = microvolts[::step][marks[::step] == 0]
    span = float(np.subtract(*np.quantile(valid, (0.95, 0.05)))) if len(valid) else 0.0
    if not span <= LARGEST_RANGE:
        raise DataError(
            f"{what} spans {span / 1e3:.3g} mV, expected at most {LARGEST_RANGE / 1e3:g} mV: correct the unit"
        )


def _without_impossible(microvolts: Array, marks: Marks) -> tuple[Array, bool]:
    """The signal with NaN in place of samples further than :data:`LARGEST_RANGE` from its median, and whether there are any."""
    valid = microvolts[marks == 0]
    far = np.abs(microvolts - (np.median(valid) if len(valid) else 0.0)) > LARGEST_RANGE
    return (np.where(far, np.nan, microvolts), True) if far.any() else (microvolts, False)


def _numbers(given: Any, what: str) -> Array:
    try:
        values = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"{what} holds something else than numbers: remove it, or write nan for missing samples"
        ) from None
    if values.shape == (0,):
        raise DataError(f"{what} has no samples: restore a copy of the recording")
    if values.ndim != 1 or not len(values):
        raise DataError(f"{what} has shape {values.shape}, expected (sample,), one lead")
    return values
