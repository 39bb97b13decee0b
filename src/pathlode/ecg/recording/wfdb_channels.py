"""Channels of WFDB records, the format of PhysioNet (https://wfdb.io)."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pathlode.ecg.annotations import Annotations
from pathlode.ecg.recording.channels import Channels, unreadable_recording
from pathlode.errors import DataError


def wfdb_channels(path: Path, annotator: str | None) -> Channels:
    """Channels of a record.

    Args:
        path: of the record, without an ending.
        annotator: ending of the file of marks beside it; None for ``atr``, if there is such a file.

    Raises:
        DataError: if a file is missing or cannot be read.
    """
    import wfdb  # here, because the import takes a second

    if not path.with_name(f"{path.name}.hea").exists():
        raise DataError(f"{path}.hea does not exist: give a WFDB record, or a file .edf, .bdf, .csv or .parquet")
    marks = path.with_name(f"{path.name}.{annotator or 'atr'}")
    if annotator is not None and not marks.exists():
        raise DataError(f"{marks} does not exist: name another annotator, or none")
    try:
        header = wfdb.rdheader(str(path), rd_segments=True)
    except Exception as error:  # the reader's parsing can raise anything
        raise unreadable_recording(path, error) from error

    def signal(position: int) -> Any:
        try:
            return wfdb.rdrecord(str(path), channels=[position]).p_signal[:, 0]
        except Exception as error:
            raise unreadable_recording(path, error) from error

    names = [str(name or f"channel {number}") for number, name in enumerate(header.sig_name or [], start=1)]
    return Channels(
        names,
        _units(path, header, names),
        signal,
        [float(header.fs)] * len(names),
        annotations=_marks(marks, float(header.fs)) if marks.exists() else None,
    )


def signal_files(path: Path, segments: bool = True) -> list[Path]:
    """Files of a record's signals, as its header and those of its segments name them; none without a header.

    Args:
        path: of the record, without an ending.
        segments: whether the record can have segments, which have none themselves.
    """
    if not path.with_name(f"{path.name}.hea").exists():
        return []
    named = [path.parent / line.split()[0] for line in _signal_lines(path)]
    return named + [file for segment in named if segments for file in signal_files(segment, segments=False)]


def _marks(path: Path, rate: float) -> Annotations:
    """Marks in samples of the signal; a file of marks can count them at a rate of its own."""
    import wfdb

    try:
        found = wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"the annotations {path} cannot be read ({reason}): restore a copy of them, or remove them"
        ) from error
    samples = np.asarray(found.sample, np.int64)
    if found.fs and float(found.fs) != rate:
        samples = (samples * (rate / float(found.fs))).round().astype(np.int64)
    return Annotations(samples, list(found.symbol))


def _units(path: Path, header: Any, names: Sequence[str]) -> list[str | None]:
    """The unit of each channel, that of its segments in a record of several."""
    if getattr(header, "segments", None) is None:
        return _calibrated(path, header)
    units: dict[str, str] = {}
    for name, segment in zip(header.seg_name, header.segments, strict=True):
        if segment is not None and segment.sig_name:
            known = zip(segment.sig_name, _calibrated(path.with_name(name), segment), strict=True)
            units |= {channel: unit for channel, unit in known if unit is not None}
    return [units.get(name) for name in names]


def _calibrated(path: Path, header: Any) -> list[str | None]:
    """The units of a record of one segment, None for channels that are not calibrated. The reader takes a gain of 0, which
    stands for that, to be 200, so that the header's own lines are read."""
    pairs = zip(header.units or [], _signal_lines(path), strict=True)
    return [str(unit) if _gain(line) else None for unit, line in pairs]


def _signal_lines(path: Path) -> list[str]:
    lines = path.with_name(f"{path.name}.hea").read_text(errors="replace").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")][1:]


def _gain(line: str) -> float:
    """Steps of the converter per unit, the third field of a signal's line, such as ``200(0)/mV``; 0 for none."""
    fields = line.split()
    found = re.match(r"-?[\d.]+(e[+-]?\d+)?", fields[2], re.IGNORECASE) if len(fields) > 2 else None
    return float(found.group()) if found else 0.0
