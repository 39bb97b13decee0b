"""Tables in CSV and Parquet files."""

from pathlib import Path
from typing import Any

import pandas as pd

from pathlode.core.layout import Layout
from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.files import writing

TABLE_ENDINGS = (".csv", ".parquet")
"""Endings of the files that hold tables."""


def read_file(path: Path) -> pd.DataFrame:
    """The table of a file.

    Raises:
        DataError: if it is missing, damaged, or of another kind.
    """
    check_ending(path, TABLE_ENDINGS)
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        table = pd.read_csv(path)
    except FileNotFoundError:
        raise DataError(f"{path} does not exist") from None
    except (OSError, ValueError) as error:  # pandas' and Arrow's own errors are ValueErrors
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{path} cannot be read as a table ({reason})") from error
    if len(table.columns) == 1 and ";" in str(table.columns[0]):
        raise DataError(f"{path} has semicolons between its columns, expected commas, and points in its numbers")
    return table


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Writes a table, whole or not at all."""
    with writing(path) as temporary:
        if path.suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        else:
            table.to_csv(temporary, index=False)


def read_series(path: Path, columns: Layout | dict[str, Any], inputs: Path | None = None) -> TimeSeries:
    """The series of a table's file. Text in the column of times is read as dates of ISO 8601.

    Args:
        path: the file.
        columns: as in :meth:`pathlode.core.series.TimeSeries.from_frame`, or of the table that a forecaster was fitted to.
        inputs: the file of the table of known inputs. Its columns ``inputs`` are read, or all others if none are named.

    Raises:
        DataError: naming the file, and the first column, row and series at fault.
    """
    if isinstance(columns, Layout):
        names: dict[str, Any] = {
            name: getattr(columns, name) for name in ("series", "time", "values", "static", "inputs")
        }
    else:
        names = columns
    table = _dated(path, names["time"])
    if inputs is not None:
        names = names | {"inputs": _input_table(inputs, names)}
    return TimeSeries.from_frame(table, **names, name=str(path))


def _dated(path: Path, time: str) -> pd.DataFrame:
    """The table of a file, with text in the column of times as dates."""
    table = read_file(path)
    if time in table and pd.api.types.is_string_dtype(table[time].dtype):
        table = table.assign(**{time: _dates(table[time], path)})
    return table


def _input_table(path: Path, names: dict[str, Any]) -> pd.DataFrame:
    """The table of inputs, with the named ones alone if any are named."""
    table = _dated(path, names["time"])
    if not names["inputs"]:
        return table
    wanted = [names["series"], names["time"], *names["inputs"]]
    for name in wanted:
        if name not in table:
            raise DataError(f"{path} lacks the column {name!r}: it has {', '.join(map(str, table.columns))}")
    return table[wanted]


def check_ending(path: Path, endings: tuple[str, ...]) -> None:
    """Refuses a file whose name has another ending.

    Raises:
        DataError: if it is so.
    """
    if path.suffix not in endings:
        raise DataError(f"{path} ends with {path.suffix or 'nothing'!r}, expected {' or '.join(endings)}")


def check_output(output: Path, *inputs: Path | None) -> None:
    """Refuses an output that would replace a file that is read.

    Raises:
        ConfigError: if it is so.
    """
    for path in inputs:
        if path is not None and output.resolve() == path.resolve():
            raise ConfigError(f"{output} is read by this command, which would replace it: give --output another name")


def _dates(column: "pd.Series[str]", path: Path) -> "pd.Series[Any]":
    try:
        found = pd.to_datetime(column, format="ISO8601", errors="coerce")
    except ValueError:
        raise DataError(
            f"{path}: column {column.name!r} mixes time zones: give all times in one, for example in UTC"
        ) from None
    bad = found.isna() & column.notna()
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise DataError(
            f"{path}: column {column.name!r}, row number {row + 1}: {column.iloc[row]!r} is neither a number nor a date such "
            "as 2024-01-31 or 2024-01-31T12:00:00+01:00"
        )
    return found
