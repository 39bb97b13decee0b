"""Files of tables of training runs: CSV, Parquet and JSON lines."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from pathlode.errors import DataError


def _json_lines(file: Path) -> pd.DataFrame:
    return pd.read_json(file, lines=True, dtype=False)


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": pd.read_csv,
    ".parquet": pd.read_parquet,
    ".jsonl": _json_lines,
}
"""Functions that read a table, by the end of the file's name."""


def read_table(file: Path) -> pd.DataFrame:
    """The table in one file. It is read as CSV if the end of its name is not among :data:`TABLES`.

    Raises:
        DataError: if it cannot be read, or is Parquet and pyarrow is not installed.
    """
    try:
        return TABLES.get(file.suffix, pd.read_csv)(file)
    except ImportError:
        raise DataError(
            f"{file} cannot be read without pyarrow: pip install 'pathlode[parquet]', or convert it to CSV"
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{file} cannot be read ({str(error).strip()}), expected a table with one row per logged moment"
        ) from error


def tables_in(path: Path) -> list[Path]:
    """The path itself if it is a file, or the files of a folder whose suffix :func:`read_table` knows."""
    return sorted(file for file in path.iterdir() if file.suffix in TABLES) if path.is_dir() else [path]
