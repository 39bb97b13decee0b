"""What the columns of a table hold: text, whole numbers, flags or, if nothing is said, numbers. Entries may be missing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd  # only for types: the import would cost half a second in jobs that read no table


class Text(str):
    """Description of a column of text, which is read as such even if all its entries are digits."""


class Whole(str):
    """Description of a column of whole numbers."""


class Flag(str):
    """Description of a column of ``True`` and ``False``."""


def types_of_text(columns: Mapping[str, str]) -> dict[str, type[str]]:
    """The columns of text, as ``pandas.read_csv`` takes them in ``dtype``."""
    return {name: str for name, description in columns.items() if isinstance(description, Text)}


def refuse_other_kinds(table: "pd.DataFrame", columns: Mapping[str, str]) -> None:
    """Refuses a table with an entry of another kind than its column declares.

    Args:
        table: with these columns, as it was read.
        columns: name -> description.

    Raises:
        DataError: naming the column, the row and the entry.
    """
    for name, description in columns.items():
        if not _known_by_type(table[name], description):
            wrong, expected = _wrong(table[name], description)
            if wrong.any():
                row = int(wrong.to_numpy().argmax())
                entry = str(table[name].iloc[row])
                raise DataError(f"column {name!r} ({description}), row number {row + 1}: {entry!r} is no {expected}")


def _known_by_type(column: "pd.Series[Any]", description: str) -> bool:
    """Whether the type of the whole column shows that all its entries are of the declared kind."""
    dtype: Any = column.dtype
    return isinstance(description, Text) or dtype.kind in {Whole: "iu", Flag: "b"}.get(type(description), "iuf")


def _wrong(column: "pd.Series[Any]", description: str) -> "tuple[pd.Series[bool], str]":
    """Which entries are of another kind, and the name of the declared one."""
    import pandas as pd

    known, flags = column.notna(), column.astype(str).isin(["True", "False"])
    if isinstance(description, Flag):
        return known & ~flags, "flag, True or False"
    numbers = pd.to_numeric(column.mask(flags), errors="coerce")
    if isinstance(description, Whole):
        return known & (numbers % 1 != 0), "whole number"
    return known & numbers.isna(), "number"
