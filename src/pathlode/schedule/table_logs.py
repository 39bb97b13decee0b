"""A reader of past runs from tables of any form: other names, folders in folders, and metrics on rows of their own."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.errors import DataError
from pathlode.schedule.logs import Log, join_logs, listed
from pathlode.schedule.run_files import TABLES, ending, read_table, tables_in
from pathlode.schedule.runs import Runs


def read_tables(path: Path, names: Mapping[str, str], step: str = "step") -> Runs:
    """Runs from one table (CSV, also gzipped, Parquet or JSON lines), or from all in a folder and the folders below it.

    A table is one run, unless a column ``run_id`` names several. Its name is its path below the folder; of tables that have one
    name, such as ``version_0/metrics.csv`` of Lightning's ``CSVLogger``, it is the path of their folder. An empty cell was not
    logged. A step that stands there twice was logged again by a resumed training, and the later row counts.

    Args:
        path: the table or folder.
        names: the table's name of each column, as in :mod:`pathlode.schedule.readers`. For Lightning's ``CSVLogger`` the rate
            is that of the callback ``LearningRateMonitor``, for example ``lr-AdamW``.
        step: name of the column that counts optimiser steps.

    Raises:
        DataError: if there is no table, one cannot be read or has no column of steps, a row lacks its run_id, or
            :func:`pathlode.schedule.logs.join_logs` refuses them.
    """
    return join_logs(_tables(path, step), names, str(path))


def _tables(path: Path, step: str) -> Iterator[Log]:
    below = tables_in(path, below=True)
    if not below or not path.exists():
        raise DataError(
            f"{path} holds no tables, expected files that end with {', '.join(TABLES)}, there or in folders below"
        )
    alike = len({file.name for file in below}) == 1 < len(below)
    for file in below:
        own = file.name.removesuffix(ending(file)) or file.stem
        place = file.parent if alike else file.with_name(own)
        name = place.relative_to(path).as_posix() if path.is_dir() else own
        table = read_table(file, keep_default_na=False, na_values=[""])  # a "nan" is text, as it was logged
        if step not in table:
            raise DataError(_lacks(file, table, step))
        if "run_id" in table and table["run_id"].isna().any():
            raise DataError(f"{file}: a row has no run_id; give every run its own")
        parts = table.groupby("run_id", sort=False) if "run_id" in table and len(table) else [(name, table)]
        for run, rows in parts:
            logged = rows.dropna(axis="columns", how="all")
            tags = [str(tag) for tag in logged]
            yield Log(f"{name}/{run}", str(run), tags, partial(_history, logged, step), _fault(rows, step))


def _lacks(file: Path, table: pd.DataFrame, step: str) -> str:
    """Why a table has no column of steps."""
    only = str(table.columns[0])
    marks = [name for mark, name in ((";", "semicolons"), ("\t", "tabs")) if mark in only and len(table.columns) == 1]
    if marks:
        return f"{file} separates its columns with {marks[0]}, expected commas; write it again with commas"
    return f"{file} has no column {step!r}, only {listed(table)}; name its column of steps, or move a file that logs no run"


def _fault(rows: pd.DataFrame, step: str) -> str | None:
    """Why the rows of a run have no moment."""
    steps = rows[step].dropna()
    if not len(rows):
        return "it has no rows"
    if not len(steps):
        return f"its {step} is empty in every row"
    numbers = pd.to_numeric(steps, errors="coerce")
    wrong = numbers.isna() & (steps.astype(str) != step)  # a resumed log can have its head again
    if pd.api.types.is_datetime64_any_dtype(steps):
        wrong[:] = True
    if wrong.any():
        place = int(rows.index.get_indexer(wrong.index[wrong][:1])[0]) + 1
        return f"its {step} is {steps[wrong].iloc[0]} in row {place}, expected a number"
    return None


def _history(table: pd.DataFrame, step: str, tag: str) -> pd.DataFrame:
    steps = pd.to_numeric(table[step], errors="coerce")
    return pd.DataFrame({"step": steps, "value": table[tag], "time": np.nan}).dropna(subset=["step", "value"])
