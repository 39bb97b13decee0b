"""Joins, summarises and writes tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.entries import Registry
from pathlode.errors import ConfigError

LONG = 40
"""Largest number of rows that fit a printed page."""


@dataclass(frozen=True)
class ResultTable(TableFile):
    """A table of results from which no column is required."""

    columns: ClassVar[Mapping[str, str]] = {}


def load_tables(kinds: Mapping[str, str], paths: Iterable[str | Path]) -> dict[str, pd.DataFrame]:
    """The rows of several tables, by name.

    Args:
        kinds: name -> ``"module:class"`` of the :class:`pathlode.artefacts.TableFile` that the table is.
        paths: their files, in the same order.

    Raises:
        DataError: if a file is missing, damaged, or lacks a column of its kind.
    """
    classes = Registry("table", dict(kinds))
    return {name: classes[name].load(Path(path)).table for name, path in zip(kinds, paths, strict=True)}


def summarise(table: pd.DataFrame, by: Sequence[str], columns: Mapping[str, str], digits: int = 2) -> pd.DataFrame:
    """Median and range over replicates, as text, one row per setting; for a single run its value alone.

    Args:
        table: one row per run.
        by: columns that identify a setting.
        columns: metric -> heading.
        digits: number of significant digits.
    """

    def text(values: pd.Series) -> str:
        if not values.notna().any():
            return "–"
        middle, *ends = (f"{value:.{digits}g}" for value in (values.median(), values.min(), values.max()))
        return middle if len(values) == 1 else f"{middle} [{', '.join(ends)}]"

    grouped = table.groupby(list(by), sort=False)
    return pd.DataFrame({heading: grouped[metric].agg(text) for metric, heading in columns.items()}).reset_index()


def write(table: pd.DataFrame, *paths: str | Path, widths: Mapping[str, float] | None = None) -> None:
    """Writes a table in the format of each path's suffix: .csv, .md, or .tex.

    LaTeX needs the packages booktabs and longtable; a table of more than :data:`LONG` rows breaks across pages.

    Args:
        table: the table.
        paths: the files.
        widths: widths, as shares of the line, of columns whose text LaTeX wraps; other columns are as wide as their text.

    Raises:
        ConfigError: for another suffix.
    """
    for path in map(Path, paths):
        match path.suffix:
            case ".csv":
                table.to_csv(path, index=False)
            case ".md":
                path.write_text(table.to_markdown(index=False) + "\n")
            case ".tex":
                styler = table.style.hide(axis="index").format(escape="latex", na_rep="--")
                columns = {name: name.replace("_", r"\_").replace("%", r"\%") for name in table.columns}
                path.write_text(
                    styler.relabel_index(list(columns.values()), axis="columns").to_latex(
                        hrules=True,
                        column_format="".join(
                            rf"p{{{widths[name]}\linewidth}}" if widths and name in widths else "l" for name in columns
                        ),
                        environment="longtable" if len(table) > LONG else None,
                    )
                )
            case _:
                raise ConfigError(f"{path} has an unknown suffix, expected .csv, .md or .tex")
