"""Channels of tables, CSV and Parquet."""

import codecs
import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pathlode.ecg.recording.channels import Channels, unreadable_recording
from pathlode.ecg.recording.leads import MICROVOLTS
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd  # only for types: the import takes half a second

TIME_NAMES = ("time", "times", "t", "seconds", "elapsed time", "timestamp", "datetime")
"""Names of a table's column of times, in small letters. Numbers in it are seconds, unless the title says another
unit, and text is hours, minutes and seconds, or dates of ISO 8601."""
TIME_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds", "hh:mm:ss", "hh:mm:ss.mmm"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "µs", "μs", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
}
"""Seconds of a unit of times, by its name in small letters."""
COMMENTS = (b"#", b"%")
"""What lines before the titles begin with that say something about the device or the patient."""
_CLOCK = r"^'?\s*(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*'?$"
UNTITLED = "column"
"""Name of the columns of a table without titles, followed by their number."""


def table_channels(path: Path) -> Channels:
    """Channels of a table whose columns are leads, and perhaps times.

    Raises:
        DataError: if it cannot be read, or holds text in place of numbers.
    """
    table = _read(path)
    names = [str(name).strip("' ") for name in table.columns]
    times = [number for number, name in enumerate(names) if _without_unit(name).casefold() in TIME_NAMES]
    second = [str(cell).strip("' ") for cell in table.iloc[0]] if len(table) else []
    if _are_units(second, times):
        units: list[str | None] = list(second)
        table = table.iloc[1:]
    else:
        units = [_unit_in(name) for name in names]
    if not len(table):
        raise DataError(f"{path} has titles and no rows, expected a row for each sample: export it again")
    leads = [number for number in range(len(names)) if number not in times]

    def signal(position: int) -> Any:
        return _column(table.iloc[:, leads[position]], names[leads[position]], path)

    return Channels(
        [_without_unit(names[number]) for number in leads],
        [units[number] for number in leads],
        signal,
        times=_seconds(table.iloc[:, times[0]], names[times[0]], units[times[0]], path) if times else None,
    )


def _are_units(cells: Sequence[str], times: Sequence[int]) -> bool:
    """Whether cells are the second line that PhysioNet's rdsamp writes: units, that of the times among them. Channels can have
    units of their own, such as mmHg."""
    if times:
        return cells != [] and cells[times[0]].casefold() in TIME_UNITS
    return len(cells) > 1 and all(cell.casefold() in MICROVOLTS for cell in cells)


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        comments, first, encoding = _first_line(path)
        between, point = (";", ",") if ";" in first else ("\t" if "\t" in first else ",", ".")
        cells = first.replace(point, ".").split(between)
        titles = None
        if all(_is_number(cell) for cell in cells):
            titles = [f"{UNTITLED} {number + 1}" for number in range(len(cells))]
        return pd.read_csv(
            path, sep=between, decimal=point, header=0 if titles is None else None, names=titles, skipinitialspace=True,
            low_memory=False, encoding=encoding, skiprows=comments,
        )  # fmt: skip
    except (OSError, ValueError) as error:  # pandas' and Arrow's own errors are ValueErrors
        raise unreadable_recording(path, error) from error


def _first_line(path: Path) -> tuple[int, str, str]:
    """The number of comments at a text's begin, the line after them, and the text's encoding: UTF-8 or, as of older programs
    that write µV, Windows-1252."""
    with path.open("rb") as file:
        before, line = 0, file.readline()
        while line.removeprefix(codecs.BOM_UTF8).startswith(COMMENTS):
            before, line = before + 1, file.readline()
    if b"\0" in line:
        raise ValueError("it is no text")
    for encoding in ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return before, line.decode(encoding).strip(), encoding
    raise ValueError("it is no text")


def _column(column: "pd.Series[Any]", name: str, path: Path, expected: str = "numbers") -> Any:
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
            f"{path}: column {name!r} has the text {_short(column.iloc[row])} in row number {row + 1}, expected {expected}"
        )
    return numbers.to_numpy(np.float64)


def _seconds(column: "pd.Series[Any]", name: str, unit: str | None, path: Path) -> Any:
    """A column of times in seconds; dates count from the first one."""
    import pandas as pd

    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds().to_numpy(np.float64)
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.notna().all() or pd.api.types.is_numeric_dtype(column.dtype):
            return numbers.to_numpy(np.float64) * _seconds_of(unit, name, path)
    clock = column.astype(str).str.extract(_CLOCK) if re.match(_CLOCK, str(column.iloc[0])) else None
    if clock is not None and clock[2].notna().all():
        hours, minutes, seconds = (clock[part].astype(float).fillna(0).to_numpy() for part in range(3))
        return 3600 * hours + 60 * minutes + seconds
    try:
        dates = pd.to_datetime(column, format="ISO8601", utc=True)
    except ValueError:
        return _column(column, name, path, "seconds, or dates such as 2024-01-31 12:00:00")
    return (dates - dates.iloc[0]).dt.total_seconds().to_numpy()


def _seconds_of(unit: str | None, name: str, path: Path) -> float:
    """Seconds of the unit of times that the second line or the title says."""
    found = re.search(r"(?:[\s_]|.[(\[])([^\s_(\[\])]+)[\])]?$", name) if unit is None else None
    said = unit or (found.group(1) if found else "s")
    if said.casefold() in TIME_UNITS:
        return TIME_UNITS[said.casefold()]
    if name.casefold() in TIME_NAMES:
        return 1.0
    raise DataError(
        f"{path}: column {name!r} has times in {said!r}, expected s, ms, us or min: give the column's times in seconds"
    )


def _unit_in(name: str) -> str | None:
    """The unit at the end of a column's name: ``II (mV)``, ``II [uV]`` or ``II_mV``."""
    found = re.search(r"[\s_(\[]([nuµμm]?V)[\])]?$", name, re.IGNORECASE)
    return found.group(1).strip() if found else None


def _without_unit(name: str) -> str:
    bare = re.sub(r"\s*[(\[][^)\]]*[\])]$", "", name)
    before, _, last = bare.rpartition("_")
    if before.casefold() in TIME_NAMES and last.casefold() in TIME_UNITS:
        return before
    unit = _unit_in(bare)
    return bare if unit is None else bare[: -len(unit)].rstrip(" _")


def _short(cell: Any) -> str:
    text = repr(cell).replace("\n", " ")
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
