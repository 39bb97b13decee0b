"""Invented records, for tests and for trying the pipeline. Results on them say nothing about real hearts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pathlode.ecg.record_files import RecordFiles
from pathlode.ecg.records import CLASSES, LEAD, RATE

WAVES = {  # centre and width in milliseconds from the R peak, and height in millivolts
    "N": [(-170, 25, 0.12), (-25, 8, -0.1), (0, 10, 1.1), (25, 9, -0.25), (230, 45, 0.3)],
    "S": [(-110, 20, -0.1), (-25, 8, -0.1), (0, 10, 1.0), (25, 9, -0.3), (220, 45, 0.25)],
    "V": [(0, 38, 1.5), (80, 40, -0.6), (270, 60, -0.45)],
    "F": [(-150, 25, 0.06), (0, 22, 1.3), (55, 25, -0.4), (250, 55, -0.1)],
    "Q": [(-45, 3, 1.6), (0, 45, 1.0), (90, 40, -0.4), (280, 60, -0.3)],
}
"""The Gaussian waves whose sum is a beat, by class."""
_SYMBOLS = {"N": "N", "S": "A", "V": "V", "F": "F", "Q": "/"}
FREQUENCY = {"N": 0.72, "S": 0.09, "V": 0.09, "F": 0.05, "Q": 0.05}
EARLY = {"N": 1.0, "S": 0.72, "V": 0.68, "F": 0.9, "Q": 1.0}
"""RR interval before a beat of each class, in units of the patient's normal interval."""


def write_records(folder: Path, names: Sequence[str], seconds: float, seed: int) -> RecordFiles:
    """Writes invented records by :func:`write_record` and lists their files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        write_record(folder, name, seconds, seed)
    return RecordFiles.of("invented", folder, names)


def write_record(folder: Path, name: str, seconds: float, seed: int) -> None:
    """Writes the header, signal and annotations of an invented record, in WFDB format.

    Every patient has their own heart rate, amplitude and shape of beats. The baseline wanders, and there is noise.

    Args:
        folder: existing folder for the three files.
        name: the record's name, digits only.
        seconds: length of the record.
        seed: seed of the random numbers, together with the name.
    """
    import wfdb  # here, because the import takes half a second

    rng = np.random.default_rng([seed, int(name)])
    pace, scale, shape = rng.uniform(0.65, 0.95), rng.uniform(0.7, 1.3), rng.normal(1, 0.12, size=(5, 3))
    classes = rng.choice(list(CLASSES), size=int(seconds / pace) + 1, p=[FREQUENCY[c] for c in CLASSES])
    intervals = np.array([EARLY[c] for c in classes]) * pace * rng.normal(1, 0.03, len(classes))
    peaks = np.cumsum(intervals)
    inside = peaks < seconds - 0.1
    peaks, classes = peaks[inside], classes[inside]
    times = np.arange(int(seconds * RATE)) / RATE
    signal = 0.2 * np.sin(2 * np.pi * (0.25 * times + rng.random())) + 0.02 * rng.standard_normal(len(times))
    for peak, label in zip(peaks, classes, strict=True):
        near = slice(*np.searchsorted(times, [peak - 0.4, peak + 0.6]))
        signal[near] += scale * _beat(1e3 * (times[near] - peak), label, shape)
    wfdb.wrsamp(
        name, fs=RATE, units=["mV"], sig_name=[LEAD], p_signal=signal[:, None], fmt=["212"], adc_gain=[200.0],
        baseline=[1024], write_dir=str(folder),
    )  # fmt: skip
    samples = (peaks * RATE).round().astype(int)
    wfdb.wrann(name, "atr", samples, symbol=[_SYMBOLS[c] for c in classes], fs=RATE, write_dir=str(folder))


def _beat(milliseconds: NDArray[np.float64], label: str, shape: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.zeros_like(milliseconds)
    for (centre, width, height), (stretch, widen, grow) in zip(WAVES[label], shape, strict=False):
        total += height * grow * np.exp(-0.5 * ((milliseconds - centre * stretch) / (width * widen)) ** 2)
    return total
