"""Tables in CSV and Parquet files."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pathlode.cli.csv_files import read_csv
from pathlode.cli.outputs import TABLE_ENDINGS, check_ending
from pathlode.core.series import TimeSeries
from pathlode.core.tables.layout import Layout
from pathlode.errors import DataError
from pathlode.files import writing
from pathlode.forecasting.queries import refuse_strangers

DURATION = r"-?\d+ days?( [+-]?\d+:\d\d:\d\d(\.\d+)?)?"
"""A duration as pandas writes it into a CSV file."""


def read_file(path: Path, label: str | None = None) -> pd.DataFrame:
    """The table of a file, without columns that have no name, such as the index that pandas writes.

    Args:
        path: the file.
        label: column of labels, which stay as they are written in a CSV file: neither does 007 become 7, nor is NA missing.

    Raises:
        DataError: if it is missing, damaged, or of another kind.
    """
    check_ending(path, TABLE_ENDINGS, DataError)
    try:
        if path.suffix.lower() == ".parquet":
            stored = pd.read_parquet(path)
            return stored.reset_index() if any(stored.index.names) else stored
        table = read_csv(path, label)
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path} does not exist: correct its path") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} cannot be read as a table (it is not text in UTF-8): save it as such") from None
    except (OSError, ValueError) as error:  # pandas' and Arrow's own errors are ValueErrors
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{path} cannot be read as a table ({reason}): save it again as CSV or Parquet") from error
    return table.loc[:, [not re.fullmatch("Unnamed: [0-9]+", name) for name in table.columns]]


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Writes a table, whole or not at all."""
    with writing(path) as temporary:
        if path.suffix.lower() == ".parquet":
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
            name: getattr(columns, name) for name in ("series", "time", "values", "static", "inputs", "missing")
        }
    else:
        names = columns
    table = _dated(path, names["series"], names["time"])
    if inputs is not None:
        names = names | {"inputs": _input_table(inputs, names)}
    return TimeSeries.from_frame(table, **names, name=str(path))


def read_times(path: Path, layout: Layout) -> TimeSeries:
    """The times of a table's file, as series of the column that stands for the values, which are all 0.

    Args:
        path: the file.
        layout: of the series, which has the names of the columns of labels and times.

    Raises:
        DataError: naming the file, and the first column, row and series at fault.
    """
    names = [str(layout.series), layout.time]
    table = _dated(path, *names)
    _refuse_lacking(table, names, path)
    blank = " ".join(names)
    times = table[names].assign(**{blank: 0.0})
    return TimeSeries.from_frame(times, series=names[0], time=names[1], values=[blank], name=str(path))


def asked_for(wanted: TimeSeries, series: TimeSeries) -> TimeSeries:
    """Those of the series for which there are times, by their labels.

    Raises:
        DataError: if there are times for a series that is not there.
    """
    refuse_strangers(wanted, series)
    labels = [each.layout.labels.astype(object) for each in (series, wanted)]  # type: ignore[union-attr]
    return series[labels[0].isin(labels[1]).nonzero()[0]].trimmed()


def _dated(path: Path, series: str, time: str) -> pd.DataFrame:
    """The table of a file, with text in the column of times as dates or durations."""
    table = read_file(path, series)
    if time in table and pd.api.types.is_string_dtype(table[time].dtype):
        known = table[time].dropna()
        if len(known) and known.str.fullmatch(DURATION).all():
            return table.assign(**{time: pd.to_timedelta(table[time])})
        table = table.assign(**{time: _dates(table[time], path)})
    return table


def _input_table(path: Path, names: dict[str, Any]) -> pd.DataFrame:
    """The table of inputs, with the named ones alone if any are named."""
    table = _dated(path, names["series"], names["time"])
    if not names["inputs"]:
        return table
    wanted = [names["series"], names["time"], *names["inputs"]]
    _refuse_lacking(table, wanted, path)
    return table[wanted]


def _refuse_lacking(table: pd.DataFrame, wanted: Sequence[str], path: Path) -> None:
    for name in wanted:
        if name not in table:
            raise DataError(f"{path} lacks the column {name!r}: it has {', '.join(map(str, table.columns))}")


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
            "as 2024-01-31 or 2024-01-31T12:00:00+01:00: write all dates in this form"
        )
    return found
