"""ECG records with beat annotations, read from the files of PhysioNet's WFDB format."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError

RECORDS = (
    "100", "101", "102", "103", "104", "105", "106", "107", "108", "109", "111", "112", "113", "114", "115", "116",
    "117", "118", "119", "121", "122", "123", "124", "200", "201", "202", "203", "205", "207", "208", "209", "210",
    "212", "213", "214", "215", "217", "219", "220", "221", "222", "223", "228", "230", "231", "232", "233", "234",
)  # fmt: skip
"""The 48 half-hour records of the MIT-BIH Arrhythmia Database (Moody & Mark 2001, doi:10.13026/C2F305)."""
DS1 = (
    "101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122",
    "124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230",
)  # fmt: skip
"""Training records of the inter-patient split (de Chazal et al. 2004, doi:10.1109/TBME.2004.827359, table II)."""
DS2 = (
    "100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210",
    "212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234",
)  # fmt: skip
"""Test records of the inter-patient split. Records 201 and 202 are of one patient, who is thus in both sets of the published
split."""
SUFFIXES = ("hea", "dat", "atr")
"""The files of a record: header, signals, annotations."""
RATE = 360
"""Samples per second."""
LEAD = "MLII"
"""The lead that is read, if a record has it; otherwise the first channel is read."""

AAMI = {"N": "NLRej", "S": "aAJS", "V": "VE", "F": "F", "Q": "/fQ"}
"""Annotation symbols of each beat class of ANSI/AAMI EC57: normal, supraventricular ectopic, ventricular ectopic, fusion of
a ventricular and a normal beat, and paced or unclassifiable. Other symbols mark no beat."""
CLASSES = tuple(AAMI)


@dataclass(frozen=True)
class Record:
    """One lead of a record, and its annotated beats.

    Attributes:
        name: the record's number.
        lead: the channel's name.
        microvolts: the signal at :data:`RATE`, (sample,).
        peaks: sample of each beat's annotation, about the R peak, increasing, (beat,).
        classes: index of each beat's class in :data:`CLASSES`, (beat,).
    """

    name: str
    lead: str
    microvolts: NDArray[np.int16]
    peaks: NDArray[np.int64]
    classes: NDArray[np.int8]


def read_record(folder: Path, name: str) -> Record:
    """Reads a record's lead and beats.

    Raises:
        DataError: if a file is missing or unreadable, the sampling rate is not :data:`RATE`, or no beat is annotated.
    """
    import wfdb  # here, because the import takes a second and the names above are needed without it

    path = folder / name
    for suffix in SUFFIXES:
        if not path.with_suffix(f".{suffix}").exists():
            raise DataError(f"{path}.{suffix} does not exist: put all of {name}.{{{','.join(SUFFIXES)}}} there")
    try:
        read = wfdb.rdrecord(str(path), physical=False)
        annotation = wfdb.rdann(str(path), "atr")
    except Exception as error:  # the reader's parsing can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"record {path} cannot be read ({reason}): its files are damaged, download them again"
        ) from error
    if read.fs != RATE:
        raise DataError(f"record {path} is sampled at {read.fs:g} Hz, expected {RATE} Hz")
    channel = read.sig_name.index(LEAD) if LEAD in read.sig_name else 0
    volts = (read.d_signal[:, channel] - read.baseline[channel]) / read.adc_gain[channel]
    unit = {"mV": 1e3, "uV": 1.0, "V": 1e6}.get(read.units[channel])
    if unit is None:
        raise DataError(f"record {path} is in {read.units[channel]}, expected mV, uV or V")
    class_of = {symbol: number for number, symbols in enumerate(AAMI.values()) for symbol in symbols}
    beats = [
        (s, class_of[symbol])
        for s, symbol in zip(annotation.sample, annotation.symbol, strict=True)
        if symbol in class_of
    ]
    if not beats:
        raise DataError(f"record {path} has no annotated beat, expected symbols among {' '.join(class_of)}")
    peaks, classes = np.array(beats).T
    return Record(
        name=name,
        lead=read.sig_name[channel],
        microvolts=np.clip((volts * unit).round(), -32768, 32767).astype(np.int16),
        peaks=peaks.astype(np.int64),
        classes=classes.astype(np.int8),
    )
