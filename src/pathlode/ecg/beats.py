"""Windows around the annotated beats of ECG records."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import ArrayFile, axes
from pathlode.ecg.records import CLASSES, LEAD, RATE, Record
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd  # only for types: the import takes half a second

BEFORE, AFTER = 100, 180
"""Samples of a window before the R peak, and from the R peak on: 278 ms and 500 ms."""
POINTS = BEFORE + AFTER
_SHORT, _LONG = 0.2, 0.6
"""Lengths of the two median filters that estimate the baseline, in seconds."""
RR = ("before", "after", "local", "record")
"""The RR intervals stored with each beat, in seconds: to the previous beat, to the next beat, the mean of the last
:data:`LOCAL` intervals, and the mean over the record."""
LOCAL = 10
Microvolts = TypeVar("Microvolts", NDArray[np.int16], NDArray[np.int32])
"""A signal in microvolts, (sample,)."""
PAPERS_BEATS = 88_887
"""Number of beats in Yan et al. 2025 (https://arxiv.org/abs/2511.16933), who do not say how they chose them."""


@dataclass(frozen=True)
class Beats(ArrayFile):
    """Beats of many records.

    The file of the whole database has 64 MB.

    Attributes:
        source: origin of the records, ``mitdb`` or ``invented``.
        microvolts: signal without baseline, (beat, :data:`POINTS`), sampled at :data:`pathlode.ecg.records.RATE`.
        classes: index in :data:`pathlode.ecg.records.CLASSES`, (beat,).
        records: index in ``names``, (beat,).
        peaks: sample of the annotation in its record, (beat,).
        rr: RR intervals in seconds, in the order of :data:`RR`, (beat, 4).
        names: name of each record.
        leads: name of the lead read from each record.
    """

    source: str
    microvolts: NDArray[np.int16] = axes("beat", "sample")
    classes: NDArray[np.int8] = axes("beat")
    records: NDArray[np.int16] = axes("beat")
    peaks: NDArray[np.int32] = axes("beat")
    rr: NDArray[np.float32] = axes("beat", "interval")
    names: NDArray[np.str_] = axes("record")
    leads: NDArray[np.str_] = axes("record")


def without_baseline(signal: Microvolts, rate: float = RATE) -> Microvolts:
    """The signal minus its baseline: a median filter over 200 ms removes the QRS complexes and P waves, a second one over
    600 ms the T waves.

    Args:
        signal: (sample,).
        rate: samples per second; a filter has the odd number of samples nearest above its length.

    Source: de Chazal et al. 2004 (doi:10.1109/TBME.2004.827359), section II-B.
    """
    from scipy.ndimage import median_filter  # here, because the import takes a third of a second

    short, long = (2 * round(seconds * rate / 2) + 1 for seconds in (_SHORT, _LONG))
    return signal - median_filter(median_filter(signal, short), long)


def rr_intervals(peaks: NDArray[np.int64]) -> NDArray[np.float32]:
    """The intervals :data:`RR` of every beat of a record, (beat, 4), in seconds.

    The first beat has no interval before it, and the last one none after it; the record's mean takes their place.

    Raises:
        DataError: if there are fewer than two beats, or two at one sample.
    """
    import pandas as pd

    if len(peaks) < 2 or (np.diff(peaks) <= 0).any():
        raise DataError("expected two beats or more, each later than the one before it")
    intervals = np.diff(peaks) / RATE
    mean = intervals.mean()
    before, after = np.r_[mean, intervals], np.r_[intervals, mean]
    local = pd.Series(before).rolling(LOCAL, min_periods=1).mean().to_numpy()
    return np.stack([before, after, local, np.full_like(before, mean)], axis=1).astype(np.float32)


def _intervals(record: Record) -> NDArray[np.float32]:
    try:
        return rr_intervals(record.peaks)
    except DataError as error:
        raise DataError(f"record {record.name}: {error}; leave it out of ecg.records") from None


def cut_beats(records: Iterable[Record], source: str) -> Beats:
    """One window around every annotated beat of the records. Beats whose window reaches beyond the record are left out."""
    parts, names, leads = [], [], []
    for number, record in enumerate(records):
        signal = without_baseline(record.microvolts)
        inside = (record.peaks >= BEFORE) & (record.peaks + AFTER <= len(signal))
        peaks = record.peaks[inside]
        parts.append(
            (
                signal[peaks[:, None] + np.arange(-BEFORE, AFTER)],
                record.classes[inside],
                np.full(len(peaks), number, dtype=np.int16),
                peaks.astype(np.int32),
                _intervals(record)[inside],
            )
        )
        names.append(record.name)
        leads.append(record.lead)
    microvolts, classes, numbers, peaks32, rr = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Beats(source, microvolts, classes, numbers, peaks32, rr, np.array(names), np.array(leads))


def count_beats(beats: Beats) -> "pd.DataFrame":
    """Beats by record and class, rows of :class:`pathlode.ecg.results.BeatCounts`. The last rows are the sums over all records
    and over those with :data:`pathlode.ecg.records.LEAD`, and the number of beats in the paper."""
    import pandas as pd

    counts = np.zeros((len(beats.names), len(CLASSES)), dtype=int)
    np.add.at(counts, (beats.records, beats.classes), 1)
    table = pd.DataFrame(counts, columns=list(CLASSES))
    table.insert(0, "lead", beats.leads)
    table.insert(0, "record", beats.names)
    sums = []
    for label, chosen in (("all", slice(None)), (f"with {LEAD}", beats.leads == LEAD)):
        sums.append({"record": label, "lead": ""} | dict(zip(CLASSES, counts[chosen].sum(axis=0), strict=True)))
    table = pd.concat([table, pd.DataFrame(sums)])
    table["total"] = table[list(CLASSES)].sum(axis=1)
    table.insert(0, "source", beats.source)
    paper = {"source": "paper [B]", "record": "all used", "lead": LEAD, "total": PAPERS_BEATS}
    return pd.concat([table, pd.DataFrame([paper])]).astype(dict.fromkeys((*CLASSES, "total"), "Int64"))
