"""Columns of tables as arrays of numbers or dates, and back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pathlode.core.tables.codes import Codes, without_numbers, without_texts
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

TEXT = "correct it, empty it if no value is known, make columns of categories with pandas.get_dummies, or leave the column out"
"""What to do about text in place of numbers."""
COMMAS = "write it without commas: pandas.read_csv takes them with thousands=',' or decimal=',', whichever they mean"
"""What to do about numbers with commas."""
MICROSECONDS = 1e6
"""In a second: dates and durations in tables are exact to one of them."""
LARGEST_WHOLE = 2**53
"""From here on, double precision does not represent each whole number."""


def numbers_of(column: "pd.Series[Any]", name: str, missing: Codes = ()) -> NDArray[Any]:
    """A column of numbers in single precision, if that is its own, or in double precision; NaN where a cell is missing.

    Args:
        column: of a table.
        name: its name, for messages.
        missing: entries that stand for missing values.

    Raises:
        DataError: if another entry is text, infinite, or a whole number that double precision does not represent.
    """
    column = without_texts(column, missing)
    dtype: Any = column.dtype
    kind, given = getattr(dtype, "kind", "O"), column
    if kind not in "fiub" or getattr(dtype, "name", "") == "category":
        column = _numbers_of_objects(column, name)
        kind = "O"
    single = kind == "f" and getattr(dtype, "itemsize", 8) <= 4
    found = column.to_numpy(dtype=np.float32 if single else np.float64, na_value=np.nan)
    found = without_numbers(found, missing)
    for row in (np.abs(found) >= LARGEST_WHOLE).nonzero()[0] if kind in "iuO" else ():
        if isinstance(given.iloc[row], (int, np.integer)):
            raise DataError(
                f"column {name!r}, row number {row + 1}: {given.iloc[row]} is a whole number that double precision does not "
                "represent; subtract an origin"
            )
    if np.isinf(found).any():
        row = int(np.isinf(found).argmax())
        raise DataError(f"column {name!r}, row number {row + 1}: the value is {found[row]}; remove or impute it")
    return found


def dates_of(column: "pd.Series[Any]", name: str) -> NDArray[np.datetime64] | None:
    """A column of dates in UTC; None if it holds something else. Dates without a time zone count as UTC.

    Raises:
        DataError: if dates of several time zones are mixed, or dates and something else.
    """
    import pandas as pd

    if column.dtype == object:
        dated = np.array([isinstance(entry, date) for entry in column], dtype=bool)
        other = ~dated & column.notna().to_numpy()
        if dated.any() and other.any():
            row = int(other.argmax())
            raise DataError(
                f"column {name!r}, row number {row + 1}: {column.iloc[row]!r} is no date as others are; give all times as one "
                "of them"
            )
        if not dated.any():
            return None
    elif not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return None
    try:
        found = pd.DatetimeIndex(pd.to_datetime(column))
    except (TypeError, ValueError):
        raise DataError(
            f"column {name!r} mixes time zones: give all times in one, for example with "
            f"pandas.to_datetime(table[{name!r}], utc=True)"
        ) from None
    return np.asarray(found if found.tz is None else found.tz_convert("UTC").tz_localize(None))


def type_of_dates(column: "pd.Series[Any]") -> str:
    """The type of a column of dates, in pandas' words; that of dates in one time zone also if they are held as objects."""
    import pandas as pd

    found: Any = pd.to_datetime(column).dtype
    return str(column.dtype if getattr(found, "tz", None) is None else found)


def promoted(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Columns side by side, (row, column), in the most precise of their types."""
    return np.stack(columns, axis=1)  # which promotes them


def as_given(numbers: NDArray[Any], dtype: str | None) -> Any:
    """A column of numbers in the type of the column that they came from; whole numbers only if all are whole.

    Numbers of a column of durations are seconds.
    """
    import pandas as pd

    column = pd.Series(numbers)
    if dtype is None or dtype in ("object", "str", "string"):
        return column
    wanted: Any = pd.api.types.pandas_dtype(dtype)
    if wanted.kind == "m":
        return pd.Series(np.round(numbers * MICROSECONDS).astype("timedelta64[us]")).astype(wanted)
    if wanted.kind not in "fiub":
        return column
    if wanted.kind != "f":
        missing = np.isnan(numbers)
        whole = (missing | (numbers == np.round(numbers))).all()
        if not whole or (missing.any() and not pd.api.types.is_extension_array_dtype(wanted)):
            return column.astype(np.float64)
    return column.astype(wanted)


def _numbers_of_objects(column: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    """Numbers that are held as objects, for example beside None."""
    import pandas as pd

    expected = f"expected numbers: convert it, for example with pandas.to_numeric(table[{name!r}])"
    if column.dtype == object and not any(isinstance(entry, str) for entry in column):
        known = column.where(column.notna(), np.nan)  # pandas.NA is no float
        try:
            return known.astype(np.float64)
        except (TypeError, ValueError):
            row = next(row for row, entry in enumerate(known) if not isinstance(entry, (Real, Decimal)))
            kind = type(known.iloc[row]).__name__
            if kind == "time":
                expected = (
                    f"expected numbers: make durations of it with pandas.to_timedelta(table[{name!r}].astype(str))"
                )
            raise DataError(f"column {name!r}, row number {row + 1}: the entry is of type {kind}, {expected}") from None
    if pd.api.types.is_string_dtype(column.dtype) or column.dtype == object:
        bad = pd.to_numeric(column, errors="coerce").isna() & column.notna()
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise DataError(
                f"column {name!r}, row number {row + 1}: {column.iloc[row]!r} is text, expected a number; "
                + (COMMAS if _is_number(str(column.iloc[row]).replace(",", "")) else TEXT)
            )
        raise DataError(f"column {name!r} is text, {expected}")
    raise DataError(f"column {name!r} is of type {column.dtype}, expected numbers: {_remedy(column.dtype, name)}")


def _remedy(dtype: Any, name: str) -> str:
    """How a column of this type becomes numbers or dates."""
    import pandas as pd

    if isinstance(dtype, pd.CategoricalDtype):
        return "make columns of its categories with pandas.get_dummies, or leave it out"
    if isinstance(dtype, pd.PeriodDtype):
        return f"make dates of its periods with table[{name!r}].dt.to_timestamp()"
    if dtype.kind == "c":
        return "make columns of its real and its imaginary part"
    if dtype.kind == "m":
        return f"make seconds of it with table[{name!r}].dt.total_seconds()"
    if dtype.kind == "M":
        return f"make seconds of it with (table[{name!r}] - origin).dt.total_seconds(), or leave it out"
    return f"convert it, for example with pandas.to_numeric(table[{name!r}])"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
