"""Channels of tables, CSV and Parquet."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pathlode.ecg.channels import Channels, unreadable_recording
from pathlode.ecg.leads import MICROVOLTS
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd  # only for types: the import takes half a second

TIME_NAMES = ("time", "times", "t", "seconds", "elapsed time", "timestamp", "datetime")
"""Names of a table's column of times, in small letters. Numbers in it are seconds, text is dates of ISO 8601."""
UNTITLED = "column"
"""Name of the columns of a table without titles, followed by their number."""


def table_channels(path: Path) -> Channels:
    """Channels of a table whose columns are leads, and perhaps times.

    Raises:
        DataError: if it cannot be read, or holds text in place of numbers.
    """
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
        raise unreadable_recording(path, error) from error


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
