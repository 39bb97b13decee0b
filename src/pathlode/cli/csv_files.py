"""CSV files as programs write them: with comments, semicolons or decimal commas, and rows of empty cells at their end."""

import csv
import re
import warnings
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from pathlode.errors import DataError

MARK = "label "
"""Put before labels while they are read, because pandas takes texts such as NA for missing ones."""
SEPARATORS = (";", "\t")
"""What may stand between cells instead of commas, if the first line has no comma."""


def read_csv(path: Path, label: str | None) -> pd.DataFrame:
    """The table of a CSV file, whose columns have the names that stand in its first line, without spaces around them.

    Rows of empty cells at its end are left out. With semicolons or tabs between cells, numbers may have decimal commas.

    Args:
        path: the file.
        label: column of labels, which stay as they are written: neither does 007 become 7, nor is NA missing.

    Raises:
        DataError: if two columns have one name, or a row has more cells than the first line has names.
    """
    content, separator, decimal = _content(path)
    form: dict[str, Any] = {"sep": separator, "skipinitialspace": True, "encoding": "utf-8-sig"}
    first = pd.read_csv(content, header=None, nrows=1, dtype=str, keep_default_na=False, **form).iloc[0]
    names = [name.strip() for name in first]
    for name in names:
        if name and names.count(name) > 1:
            raise DataError(f"{path} has two columns {name!r}: rename one of them")
    unique = [name or f"Unnamed: {number}" for number, name in enumerate(names)]
    form |= {"names": unique, "header": 0, "index_col": False, "decimal": decimal}
    marked = {} if label is None else {label: MARK.__add__}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            if isinstance(content, StringIO):
                content.seek(0)
            table = pd.read_csv(content, converters=marked, **form)
        except pd.errors.ParserWarning:
            raise DataError(
                f"{path} has rows of more cells than the {len(names)} names of its first line: name every column"
            ) from None
    if label in table:
        table = table.assign(**{str(label): _as_written(table[label])})
    filled = table.notna().any(axis=1).to_numpy().nonzero()[0]
    return table.iloc[: filled[-1] + 1] if len(filled) else table


def _content(path: Path) -> tuple[Path | StringIO, str, str]:
    """A CSV file, or its lines without comments; what separates its cells; the decimal sign.

    A comment begins with # and has fewer cells than there are names. The decimal sign is a comma if a cell between semicolons
    or tabs is a number with a comma, and no cell one with a point.
    """
    with path.open(encoding="utf-8-sig") as file:
        lines = list(file)
    marked = {number for number, line in enumerate(lines) if line.lstrip().startswith("#")}
    names = next((line for number, line in enumerate(lines) if line.strip() and number not in marked), "")
    separator = next((sign for sign in SEPARATORS if sign in names and "," not in names), ",")
    number = rf"(^|{separator})[ \"]*[+-]?[0-9]+%s[0-9]+[ \"]*($|{separator})"
    commas = separator != "," and _any(number % ",", lines) and not _any(number % "[.]", lines)
    left_out = {number for number in marked if _cells(lines[number], separator) < _cells(names, separator)}
    kept = StringIO("".join(line for number, line in enumerate(lines) if number not in left_out))
    return kept if left_out else path, separator, "," if commas else "."


def _any(pattern: str, lines: list[str]) -> bool:
    return any(re.search(pattern, line.rstrip("\r\n")) for line in lines)


def _cells(line: str, separator: str) -> int:
    return len(next(csv.reader([line], delimiter=separator), []))


def _as_written(labels: "pd.Series[Any]") -> "pd.Series[Any]":
    """Marked labels as numbers, if the texts are those of the numbers; an empty text is a missing label."""
    labels = labels.astype(str).str.removeprefix(MARK)
    numbers = pd.to_numeric(labels, errors="coerce")
    if (numbers.astype(str) == labels).all():
        return numbers
    return labels.where(labels != "", None)
