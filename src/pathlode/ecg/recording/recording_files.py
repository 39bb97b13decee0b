"""Recordings from files of the formats WFDB, EDF, BDF, CSV and Parquet."""

import math
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pathlode.ecg.recording.channels import Channels, unreadable_recording
from pathlode.ecg.recording.leads import choose_lead, listed_names
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.recording.table_channels import table_channels
from pathlode.ecg.recording.wfdb_channels import wfdb_channels
from pathlode.errors import DataError

_OF_WFDB = (".hea", ".dat", ".atr")
_OF_FILES = (".edf", ".bdf", ".csv", ".parquet")


def without_ending(path: Path) -> Path:
    """The path of a recording without the ending of its format; other dots belong to the name of a WFDB record."""
    return path.with_suffix("") if path.suffix.lower() in (*_OF_WFDB, *_OF_FILES) else path


def read_recording(
    path: Path,
    lead: str | None = None,
    unit: str | None = None,
    rate: float | None = None,
    annotator: str | None = None,
) -> Recording:
    """Reads one lead of a recording.

    Args:
        path: a file ``.edf``, ``.bdf``, ``.csv`` or ``.parquet``; or a WFDB record, with or without the ending ``.hea``.
        lead: name of the channel; by default the one that :func:`pathlode.ecg.recording.leads.choose_lead` finds.
        unit: of the samples; by default the one that the file says.
        rate: samples per second, for tables without times, or whose times count samples; where the file says it, it must be
            the same.
        annotator: ending of the file of marks beside a WFDB record; by default ``atr``, if there is such a file.

    Raises:
        DataError: if the file cannot be read, or something in it is not as expected.
    """
    channels = _channels(path, annotator)
    chosen = choose_lead(channels.names, lead, str(path))
    own_rate, times = _clock(channels, chosen, rate, path)
    said = list(channels.found)
    if lead is None:
        said.append(_why(channels.names, chosen))
    if unit is None and channels.units[chosen]:
        said.append(f"the file says that lead {channels.names[chosen]} is in {channels.units[chosen]}")
    return Recording.of(
        channels.signal(chosen),
        unit=channels.units[chosen] if unit is None else unit,
        rate=own_rate,
        times=times,
        lead=channels.names[chosen],
        name=str(path),
        annotations=channels.annotations,
        found=said,
    )


def _channels(path: Path, annotator: str | None) -> Channels:
    """The channels of a file with one of the endings :data:`_OF_FILES`, or else of a WFDB record."""
    readers: dict[str, Callable[[Path], Channels]] = dict(
        zip(_OF_FILES, (_edf, _edf, table_channels, table_channels), strict=True)
    )
    suffix, record = path.suffix.lower(), bool(path.name) and path.with_name(f"{path.name}.hea").exists()
    if path.is_dir() and not record:
        raise DataError(f"{path} is a folder: name a WFDB record in it, or a file .edf, .bdf, .csv or .parquet")
    if path.is_file() and suffix not in (*readers, *_OF_WFDB) and not record:
        raise DataError(
            f"{path} has the ending {suffix!r}, expected a WFDB record or one of {', '.join(readers)}: export it so"
        )
    if suffix not in readers:
        return wfdb_channels(without_ending(path), annotator)
    if not path.exists():
        raise DataError(f"{path} does not exist: correct its path")
    if annotator is not None:
        raise DataError(f"{path} is no WFDB record, whose marks an annotator would name: leave the annotator out")
    return readers[suffix](path)


def _why(names: Sequence[str], chosen: int) -> str:
    """How the lead came to be chosen, in a sentence."""
    if len(names) > 1:
        return f"lead {names[chosen]} was chosen among {listed_names(names)}"
    return f"lead {names[chosen]} is the only one"


def _clock(channels: Channels, chosen: int, rate: float | None, path: Path) -> tuple[float | None, Any]:
    """The rate and the times of a channel's samples, None for what is not known.

    Raises:
        DataError: if the given rate contradicts what the file says, or is missing where the file says nothing.
    """
    times = channels.times
    if times is not None and _numbers_of_samples(times):
        if rate is None:
            raise DataError(f"{path}: its times count samples and say no rate: give the rate")
        times = None
    if times is not None and rate is not None:
        raise DataError(f"{path} has times, which a rate would contradict: leave the rate out")
    if channels.rates and rate is not None and not math.isclose(rate, channels.rates[chosen], rel_tol=1e-6):
        raise DataError(
            f"{path} says {channels.rates[chosen]:g} Hz, which the rate {rate:g} Hz contradicts: leave the rate out, or "
            "correct the file"
        )
    return channels.rates[chosen] if channels.rates else rate, times


def _numbers_of_samples(times: Any) -> bool:
    """Whether times increase by 1 throughout. In seconds, they would be of a rate that is too low for any beat."""
    return len(times) > 1 and bool((np.diff(times) == 1).all())


def _edf(path: Path) -> Channels:
    import edfio

    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")  # of a file that was cut off, above all
            file = (edfio.read_bdf if _is_bdf(path) else edfio.read_edf)(path)
        signals = file.signals
        gaps = str(file.reserved)[3:5] == "+D"
    except Exception as error:  # the reader's parsing can raise anything
        raise unreadable_recording(path, error) from error
    if gaps:
        raise DataError(f"{path} is an EDF+D file, whose pieces have gaps: export it as EDF or EDF+C, or as a table")
    names, units = [each.label for each in signals], [each.physical_dimension or None for each in signals]
    return Channels(
        names,
        units,
        lambda position: signals[position].data,
        [each.sampling_frequency for each in signals],
        found=[f"the file's reader warns: {warning.message}" for warning in warned],
    )


def _is_bdf(path: Path) -> bool:
    """Whether samples have 24 bits, whatever the file's ending: by the first byte, which is a digit in EDF."""
    with path.open("rb") as file:
        return file.read(1) == b"\xff"
