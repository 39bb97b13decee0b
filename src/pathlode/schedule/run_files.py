"""Files of tables of training runs: CSV, Parquet and JSON lines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from pathlode.errors import DataError


def _json_lines(file: Path) -> pd.DataFrame:
    return pd.read_json(file, lines=True, dtype=False)


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": pd.read_csv,
    ".csv.gz": pd.read_csv,
    ".parquet": pd.read_parquet,
    ".jsonl": _json_lines,
}
"""Functions that read a table, by the end of the file's name."""


def ending(file: Path) -> str:
    """The end of a table's name that is among :data:`TABLES`; empty if none is."""
    return next((end for end in TABLES if file.name.endswith(end)), "")


def read_table(file: Path, **as_csv: Any) -> pd.DataFrame:
    """The table in one file. It is read as CSV if the end of its name is not among :data:`TABLES`.

    Args:
        file: the file.
        as_csv: settings of pandas for CSV.

    Raises:
        DataError: if it cannot be read, is binary, or is Parquet and pyarrow is not installed.
    """
    end = ending(file)
    try:
        table = TABLES[end](file) if end and "csv" not in end else pd.read_csv(file, **as_csv)
    except ImportError:
        raise DataError(
            f"{file} cannot be read without pyarrow: pip install 'pathlode[parquet]', or convert it to CSV"
        ) from None
    except (OSError, ValueError, EOFError) as error:
        raise DataError(
            f"{file} cannot be read ({str(error).strip()}), expected a table with one row per logged moment"
        ) from error
    if any("\0" in str(column) for column in table):
        raise DataError(f"{file} is binary, expected a table as text with one row per logged moment")
    if of_chart := [str(column) for column in table if str(column).endswith("__MIN")]:
        raise DataError(
            f"{file} is a chart of W&B with the column {of_chart[0]!r}, expected the history of one run; export histories as "
            "the reader of W&B says"
        )
    return table


def tables_in(path: Path, below: bool = False) -> list[Path]:
    """The path itself if it is a file, or the files of a folder whose end :func:`read_table` knows.

    Args:
        path: file or folder.
        below: whether folders in the folder count.
    """
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.glob("**/*" if below else "*") if ending(file) and not file.is_dir())
