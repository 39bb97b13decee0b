"""Recordings as they are worn: noise at a stated signal-to-noise ratio, lost samples, wrong polarity, another gain."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.ecg.beats import AFTER, BEFORE, without_baseline
from pathlode.ecg.flags import baseline_steps
from pathlode.ecg.records import RATE, Record
from pathlode.errors import ConfigError

QRS = 0.05
"""Seconds around an R peak in which the range of the signal is that of the QRS complex."""
JUMPS, JUMP_DECAY = 1.0, 0.3
"""Jumps a second of an electrode's potential, and seconds in which each decays to 1 / e."""
LOST, PACKET = 0.2, 0.05
"""Share of the samples that are lost, and seconds of each loss."""


@dataclass(frozen=True)
class Disturbance:
    """What happens to a recording while it is worn.

    Args:
        kind: one of :data:`NOISES` or :data:`CHANGES`, or ``none``.
        snr_db: signal-to-noise ratio of a noise in dB, 10 log10(S / N), where S is an eighth of the squared range of the usual
            QRS complex, and N the noise's mean square.

    Raises:
        ConfigError: if the kind is unknown, a noise has no ratio, or something else has one.

    Source: of the ratio, Moody et al. 1984, A noise stress test for arrhythmia detectors (Computers in Cardiology 11).
    """

    kind: str = "none"
    snr_db: float | None = None

    def __post_init__(self) -> None:
        known = ("none", *NOISES, *CHANGES)
        if self.kind not in known:
            raise ConfigError(f"a disturbance is {self.kind!r}, expected {', '.join(known)}")
        if (self.kind in NOISES) != (self.snr_db is not None):
            raise ConfigError(f"the disturbance {self.kind!r} {'lacks' if self.kind in NOISES else 'has no'} snr_db")

    def of(self, signal: Array, peaks: NDArray[np.int64], seed: int) -> Array:
        """The signal, (sample,), as it is recorded then.

        Args:
            signal: sampled at :data:`pathlode.ecg.records.RATE`, (sample,).
            peaks: samples of R peaks, (beat,).
            seed: of the random numbers.
        """
        rng = np.random.default_rng(seed)
        if self.kind in CHANGES:
            return CHANGES[self.kind](signal, rng)
        if self.snr_db is None:
            return signal
        noise = NOISES[self.kind](len(signal), rng)
        power = usual_range(signal, peaks) ** 2 / 8 / 10 ** (self.snr_db / 10)
        return signal + noise * np.sqrt(power / np.mean(noise**2))


def usual_range(signal: Array, peaks: NDArray[np.int64]) -> float:
    """Median range of the QRS complexes."""
    reach = round(QRS * RATE)
    complexes = signal[(peaks[:, None] + np.arange(-reach, reach + 1)).clip(0, len(signal) - 1)]
    return float(np.median(np.ptp(complexes, axis=1)))


def worn_windows(
    record: Record, disturbance: Disturbance, seconds: float, seed: int
) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Windows in microvolts of a record's first beats as recorded under a disturbance, without baseline, (beat, point), and
    :func:`pathlode.ecg.flags.baseline_steps` in millivolts, (beat,): those beats whose windows lie in the first seconds.

    Args:
        record: the record.
        disturbance: what happens to it.
        seconds: of the record's begin.
        seed: of the random numbers.
    """
    signal = record.microvolts[: round(seconds * RATE)].astype(np.float64)
    peaks = record.peaks[record.peaks < len(signal)]
    worn = disturbance.of(signal, peaks, seed).round().clip(-32768, 32767).astype(np.int16)
    inside, offsets = peaks[(peaks >= BEFORE) & (peaks + AFTER <= len(signal))], np.arange(-BEFORE, AFTER)
    cleaned = without_baseline(worn)
    steps = baseline_steps(worn / 1000 - cleaned / 1000, inside, offsets, RATE)
    return cleaned[inside[:, None] + offsets], steps


def _between(low: float, high: float) -> Callable[[int, np.random.Generator], Array]:
    """White noise between two frequencies in Hz."""

    def noise(count: int, rng: np.random.Generator) -> Array:
        spectrum, frequencies = np.fft.rfft(rng.standard_normal(count)), np.fft.rfftfreq(count, 1 / RATE)
        limited: Array = np.fft.irfft(np.where((frequencies >= low) & (frequencies <= high), spectrum, 0), count)
        return limited

    return noise


def _motion(count: int, rng: np.random.Generator) -> Array:
    """Jumps of normal height at random times, which decay."""
    from scipy.signal import lfilter

    jumps = rng.standard_normal(count) * (rng.random(count) < JUMPS / RATE)
    moved: Array = lfilter([1.0], [1.0, -np.exp(-1 / (JUMP_DECAY * RATE))], jumps)
    return moved


def _lost(signal: Array, rng: np.random.Generator) -> Array:
    """Packets lost at random, with a straight line in their place."""
    packets = rng.random(-(-len(signal) // round(PACKET * RATE))) < LOST
    kept = ~np.repeat(packets, round(PACKET * RATE))[: len(signal)]
    kept[[0, -1]] = True
    samples = np.arange(len(signal))
    return np.interp(samples, samples[kept], signal[kept])


NOISES: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "electrode motion": _motion,
    "baseline wander": _between(0.05, 0.7),
    "muscle noise": _between(20.0, 150.0),
}
"""Noise of so many samples, in any unit."""
CHANGES: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "lost samples": _lost,
    "wrong polarity": lambda signal, _: -signal,
    "half the gain": lambda signal, _: signal / 2,
}
"""What else can happen to a signal."""
