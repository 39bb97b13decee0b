"""How detectors of R peaks do on recordings with reference peaks."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Flag, Text, Whole
from pathlode.ecg.elsewhere import ALL
from pathlode.ecg.recording.peaks import compare_peaks, seek_peaks
from pathlode.ecg.recording.placement import Peaks
from pathlode.ecg.recording.recordings import Recording
from pathlode.errors import ConfigError, DataError

_COUNTS = ["seconds", "reference", "found", "matched", "cpu_seconds"]


@dataclass(frozen=True)
class DetectionScores(TableFile):
    """Scores of detectors of R peaks, one row per recording, sampling rate and detector, and per source, rate and detector."""

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("name of where the recordings come from"),
        "record": Text(f"name of the recording, {ALL} for all of its source"),
        "rate_hz": "sampling rate",
        "filtered": Flag("whether a low-pass filter came before the thinning to this rate, as in a recorder"),
        "detector": Text("name of the detector"),
        "seconds": "duration",
        "reference": Whole("annotated beats"),
        "found": Whole("R peaks that are found"),
        "matched": Whole("pairs of both at most 150 ms apart, as in ANSI/AAMI EC57"),
        "sensitivity": "matched / reference",
        "predictivity": "matched / found; none where nothing is found",
        "cpu_seconds": "CPU time of the detector",
    }


def thinned(recording: Recording, stride: int, filtered: bool = False) -> Recording:
    """A recording's every ``stride``-th sample, and its annotations.

    Args:
        recording: at its own rate.
        stride: 1 for all samples.
        filtered: whether to apply a low-pass filter at 0.8 of the new Nyquist frequency first, like a recorder that samples at
            this rate. Without it, higher frequencies are aliased, and what remains of a QRS complex depends on where in it the
            samples fall.
    """
    marks, kept = recording.annotations, recording.microvolts[::stride]
    if filtered and stride > 1:
        from scipy.signal import decimate  # here, because the import takes half a second

        kept = np.rint(decimate(recording.microvolts, stride)).astype(kept.dtype)
    return replace(
        recording,
        rate=recording.rate / stride,
        microvolts=kept,
        invalid=recording.invalid[::stride],
        annotations=None if marks is None else replace(marks, samples=marks.samples // stride),
    )


def neurokit_peaks(recording: Recording) -> Peaks:
    """The R peaks that NeuroKit2's own detector finds, in the signal as its own filter cleans it.

    Source: Makowski et al. 2021, NeuroKit2 (doi:10.3758/s13428-020-01516-y).

    Raises:
        ConfigError: if the package is not installed.
    """
    try:
        import neurokit2
    except ImportError:
        raise ConfigError(
            "the detector neurokit needs the package neurokit2: pip install 'pathlode[neurokit]', or leave it out of "
            "ecg.detectors"
        ) from None
    rate = round(recording.rate)
    cleaned = neurokit2.ecg_clean(recording.millivolts, sampling_rate=rate, method="neurokit")
    found = neurokit2.ecg_peaks(cleaned, sampling_rate=rate, method="neurokit")[1]["ECG_R_Peaks"]
    return np.unique(np.asarray(found, np.int64))


DETECTORS: Mapping[str, Callable[[Recording], Peaks]] = {"xqrs": seek_peaks, "neurokit": neurokit_peaks}
"""By name: the detector of reports, wfdb's XQRS with its peaks placed and its T waves left out; and NeuroKit2's."""


def detection_scores(recordings: Iterable[tuple[str, bool, Recording]], detectors: Sequence[str]) -> DetectionScores:
    """Scores of detectors.

    Args:
        recordings: the name of its source, whether it was filtered, and each recording, which has annotations; also several
            times at several rates.
        detectors: names in :data:`DETECTORS`.

    Raises:
        DataError: if a recording has no annotated beats.
    """
    each = pd.DataFrame(
        [
            {
                "source": source,
                "record": Path(recording.name).name,
                "rate_hz": recording.rate,
                "filtered": filtered,
                "detector": name,
            }
            | _counts(recording, name)
            for source, filtered, recording in recordings
            for name in detectors
        ]
    )
    by = ["source", "rate_hz", "filtered", "detector"]
    whole = each.groupby(by, as_index=False, sort=False)[_COUNTS].sum().assign(record=ALL)
    table = pd.concat([each, whole], ignore_index=True)
    table["sensitivity"] = table["matched"] / table["reference"]
    table["predictivity"] = table["matched"] / table["found"].where(table["found"] > 0)
    return DetectionScores(table[list(DetectionScores.columns)])


def _counts(recording: Recording, detector: str) -> dict[str, Any]:
    reference = recording.annotations.beats()[0] if recording.annotations else np.zeros(0, np.int64)
    if not len(reference):
        raise DataError(f"{recording.name} has no annotated beats to compare with: leave it out")
    started = time.process_time()
    found = DETECTORS[detector](recording)
    spent = time.process_time() - started
    scores = compare_peaks(found, reference, recording.rate)
    return {
        "seconds": recording.seconds,
        "reference": scores.reference,
        "found": scores.found,
        "matched": scores.matched,
        "cpu_seconds": spent,
    }
