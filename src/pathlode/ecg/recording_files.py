"""Recordings from files of the formats WFDB, EDF, BDF, CSV and Parquet."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pathlode.ecg.annotations import Annotations
from pathlode.ecg.leads import MICROVOLTS, choose_lead
from pathlode.ecg.recordings import Recording
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd  # only for types: the import takes half a second

TIME_NAMES = ("time", "times", "t", "seconds", "elapsed time", "timestamp", "datetime")
"""Names of a table's column of times, in small letters. Numbers in it are seconds, text is dates of ISO 8601."""
UNTITLED = "column"
"""Name of the columns of a table without titles, followed by their number."""
_OF_WFDB = (".hea", ".dat", ".atr")
_OF_FILES = (".edf", ".bdf", ".csv", ".parquet")


@dataclass(frozen=True)
class Channels:
    """Channels of a file.

    Attributes:
        names: name of each.
        units: unit of each, None where the file says none.
        signal: gives the samples of the channel at a position, (sample,).
        rates: samples per second of each, if the file says it.
        times: seconds of the samples, if the file has them.
        annotations: marked beats, if the file has them.
    """

    names: Sequence[str]
    units: Sequence[str | None]
    signal: Callable[[int], Any]
    rates: Sequence[float] | None = None
    times: Any = None
    annotations: Annotations | None = None


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
        lead: name of the channel; by default the one that :func:`pathlode.ecg.leads.choose_lead` finds.
        unit: of the samples; by default the one that the file says.
        rate: samples per second, for tables without times.
        annotator: ending of the file of marks beside a WFDB record; by default ``atr``, if there is such a file.

    Raises:
        DataError: if the file cannot be read, or something in it is not as expected.
    """
    kinds: dict[str, Callable[[Path], Channels]] = dict(zip(_OF_FILES, (_edf, _edf, _table, _table), strict=True))
    suffix = path.suffix.lower()
    if suffix in kinds and not path.exists():
        raise DataError(f"{path} does not exist")
    if annotator is not None and suffix in kinds:
        raise DataError(f"{path} is no WFDB record, whose marks an annotator would name: leave the annotator out")
    channels = kinds[suffix](path) if suffix in kinds else _wfdb(without_ending(path), annotator)
    chosen = choose_lead(channels.names, lead, str(path))
    name, said = channels.names[chosen], []
    if lead is None:
        said.append(f"lead {name} was chosen among {', '.join(channels.names)}")
    if unit is None and channels.units[chosen]:
        said.append(f"the file says that lead {name} is in {channels.units[chosen]}")
    if channels.times is not None and rate is not None:
        raise DataError(f"{path} has times, which a rate would contradict: leave the rate out")
    return Recording.of(
        channels.signal(chosen),
        unit=channels.units[chosen] if unit is None else unit,
        rate=channels.rates[chosen] if channels.rates and rate is None else rate,
        times=channels.times,
        lead=name,
        name=str(path),
        annotations=channels.annotations,
        found=said,
    )


def _wfdb(path: Path, annotator: str | None) -> Channels:
    import wfdb  # here, because the import takes a second

    if not path.with_name(f"{path.name}.hea").exists():
        raise DataError(f"{path}.hea does not exist: give a WFDB record, or a file .edf, .bdf, .csv or .parquet")
    marks = path.with_name(f"{path.name}.{annotator or 'atr'}")
    if annotator is not None and not marks.exists():
        raise DataError(f"{marks} does not exist: name another annotator, or none")
    try:
        header = wfdb.rdheader(str(path), rd_segments=True)
        found = wfdb.rdann(str(path), marks.suffix[1:]) if marks.exists() else None
    except Exception as error:  # the reader's parsing can raise anything
        raise _unreadable_recording(path, error) from error

    def signal(position: int) -> Any:
        try:
            return wfdb.rdrecord(str(path), channels=[position]).p_signal[:, 0]
        except Exception as error:
            raise _unreadable_recording(path, error) from error

    names = [str(name) for name in header.sig_name or []]
    units = [str(each) for each in getattr(header, "units", None) or ["mV"] * len(names)]
    annotations = None if found is None else Annotations(found.sample.astype(np.int64), list(found.symbol))
    return Channels(names, units, signal, [float(header.fs)] * len(names), annotations=annotations)


def _edf(path: Path) -> Channels:
    import edfio

    try:
        file = (edfio.read_bdf if path.suffix.lower() == ".bdf" else edfio.read_edf)(path)
        signals = file.signals
        gaps = str(file.reserved)[3:5] == "+D"
    except Exception as error:  # the reader's parsing can raise anything
        raise _unreadable_recording(path, error) from error
    if gaps:
        raise DataError(f"{path} is an EDF+D file, whose pieces have gaps: export it as EDF or EDF+C, or as a table")
    names, units = [each.label for each in signals], [each.physical_dimension or None for each in signals]
    return Channels(
        names, units, lambda position: signals[position].data, [each.sampling_frequency for each in signals]
    )


def _table(path: Path) -> Channels:
    table = _read(path)
    names = [str(name).strip("' ") for name in table.columns]
    second = [str(cell).strip("' ") for cell in table.iloc[0]] if len(table) else []
    if len(second) > 1 and all(cell.casefold() in (*MICROVOLTS, *TIME_NAMES, "hh:mm:ss.mmm") for cell in second):
        units: list[str | None] = list(second)  # the second line of files that PhysioNet's rdsamp writes
        table = table.iloc[1:]
    else:
        units = [_unit_in(name) for name in names]
    times = [number for number, name in enumerate(names) if _without_unit(name).casefold() in TIME_NAMES]
    leads = [number for number in range(len(names)) if number not in times]

    def signal(position: int) -> Any:
        return _column(table.iloc[:, leads[position]], names[leads[position]], path)

    return Channels(
        [_without_unit(names[number]) for number in leads],
        [units[number] for number in leads],
        signal,
        times=_seconds(table.iloc[:, times[0]], names[times[0]], path) if times else None,
    )


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        with path.open() as file:
            first = file.readline().strip().split(",")
        if not all(_is_number(cell) for cell in first):
            return pd.read_csv(path, skipinitialspace=True, low_memory=False)
        names = [f"{UNTITLED} {number + 1}" for number in range(len(first))]
        return pd.read_csv(path, header=None, names=names, skipinitialspace=True, low_memory=False)
    except (OSError, ValueError) as error:  # pandas' and Arrow's own errors are ValueErrors
        raise _unreadable_recording(path, error) from error


def _column(column: "pd.Series[Any]", name: str, path: Path) -> Any:
    """A column's numbers; empty cells are NaN."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(np.float64, na_value=np.nan)
    numbers = pd.to_numeric(column, errors="coerce")
    text = numbers.isna() & column.notna()
    text &= ~column.astype(str).str.strip().str.casefold().isin(["", "nan", "na", "-"])
    if text.any():
        row = int(text.to_numpy().argmax())
        raise DataError(
            f"{path}: column {name!r} has the text {column.iloc[row]!r} in row number {row + 1}, expected numbers"
        )
    return numbers.to_numpy(np.float64)


def _seconds(column: "pd.Series[Any]", name: str, path: Path) -> Any:
    """A column of times in seconds; dates count from the first one."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(np.float64)
    try:
        dates = pd.to_datetime(column, format="ISO8601", utc=True)
    except ValueError:
        return _column(column, name, path)
    return (dates - dates.iloc[0]).dt.total_seconds().to_numpy()


def _unit_in(name: str) -> str | None:
    """The unit at the end of a column's name: ``II (mV)``, ``II [uV]`` or ``II_mV``."""
    found = re.search(r"[\s_(\[]([nuµμm]?V)[\])]?$", name, re.IGNORECASE)
    return found.group(1).strip() if found else None


def _without_unit(name: str) -> str:
    bare = re.sub(r"\s*[(\[][^)\]]*[\])]$", "", name)
    unit = _unit_in(bare)
    return bare if unit is None else bare[: -len(unit)].rstrip(" _")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _unreadable_recording(path: Path, error: Exception) -> DataError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return DataError(
        f"recording {path} cannot be read ({reason}): restore a copy of it, or name its format by its ending"
    )
