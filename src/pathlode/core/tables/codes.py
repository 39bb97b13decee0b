"""Numbers and texts that stand for missing values in a table, such as -999."""

import logging
import re
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

Codes = tuple[float | str, ...]
"""Entries that stand for missing values."""

NINES = re.compile(r"-9{2,}(\.9+)?|9{2,}(\.9)?")
"""Codes such as -999, 99 or 9999.9; 99.99 is a price."""
LOWEST_INTEGERS = tuple(-(2.0**bits) for bits in (15, 31, 63))
"""The lowest whole numbers of 16, 32 and 64 bits, which stand for missing values in many formats."""
HUGE = 1e19
"""Numbers of at least this size are codes, as 1e20, and the 9.97e36 of netCDF."""
SMALL = (-1.0, -9.0)
"""Codes that are ordinary numbers as well."""
FEWEST_OTHERS = 3
"""Fewest distinct values that a column must have beside a code."""
FAR_IN_STEPS = 2
"""How many times as far as the largest step between neighbouring values a negative code must be from all of them."""
FAR_IN_RANGES = 3
"""How many times as far as the others' range a positive code must be from all of them: sensors and displays end at 99, too."""


def as_codes(given: Any) -> Codes:
    """Entries that stand for missing values, as users give them: one, or several.

    Raises:
        DataError: if one is neither a number nor text.
    """
    entries = [given] if isinstance(given, (Real, str)) or not isinstance(given, Iterable) else list(given)
    for entry in entries:
        if not isinstance(entry, (Real, str)) or isinstance(entry, (bool, np.bool_)):
            raise DataError(
                f"missing has the entry {entry!r}, expected numbers and texts that stand for missing values"
            )
    return tuple(entry if isinstance(entry, str) else float(entry) for entry in entries)


def without_texts(column: "pd.Series[Any]", codes: Codes) -> "pd.Series[Any]":
    """A column of text as numbers if all its entries are numbers but for codes; otherwise as it is."""
    import pandas as pd

    texts = [code for code in codes if isinstance(code, str)]
    found = column.isin(texts) if texts else None
    if found is None or not found.any():
        return column
    known = column.where(~found, None)
    numbers = pd.to_numeric(known, errors="coerce")
    return known if (numbers.isna() & known.notna()).any() else numbers


def without_numbers(numbers: NDArray[Any], codes: Codes) -> NDArray[Any]:
    """Numbers with NaN in place of codes, which are compared in the numbers' own precision."""
    given = np.array([code for code in codes if not isinstance(code, str)], dtype=numbers.dtype)
    return np.where(np.isin(numbers, given), np.nan, numbers).astype(numbers.dtype) if len(given) else numbers


def warn_of_codes(columns: Mapping[str, NDArray[Any]]) -> None:
    """Warns, in one sentence, of columns that look as if a number in them stood for a missing value.

    Args:
        columns: their values by name, NaN where one is missing.
    """
    found = {name: suspected(values) for name, values in columns.items()}
    told = {name: code for name, code in found.items() if code is not None}
    if told:
        each = ", ".join(
            f"{_text(code)} {(columns[name] == code).sum()} times in column {name!r}" for name, code in told.items()
        )
        codes = ", ".join(dict.fromkeys(map(_text, told.values())))
        logger.warning(
            "%s is far from all other values and is read as a value: if it stands for a missing one, give missing=[%s]",
            *(each, codes),
        )


def suspected(values: NDArray[Any]) -> float | None:
    """The lowest or highest value, if it is repeated, is written like a code, and is far from all others; otherwise None.

    A negative code is far if no other value is negative, or if its distance is over :data:`FAR_IN_STEPS` times the largest step
    between the others. Codes of :data:`SMALL` need both, and positive ones :data:`FAR_IN_RANGES` times the others' range.
    """
    known = values[~np.isnan(values)]
    for code in (known.min(), known.max()) if len(known) else ():
        if _is_written_like_one(code) and (known == code).sum() > 1:
            others = np.unique(known[known != code]).astype(np.float64)
            if len(others) >= FEWEST_OTHERS and _is_far(float(code), others):
                return code
    return None


def _is_written_like_one(number: Any) -> bool:
    return (
        number in SMALL
        or number in LOWEST_INTEGERS
        or abs(number) >= HUGE
        or NINES.fullmatch(_text(number)) is not None
    )


def _is_far(code: float, others: NDArray[np.float64]) -> bool:
    """Whether a code is far from others, which are sorted."""
    if code > 0:
        return code - others[-1] > FAR_IN_RANGES * (others[-1] - others[0])
    alone, apart = others[0] >= 0, others[0] - code > FAR_IN_STEPS * np.diff(others).max()
    return bool(alone and apart if code in SMALL else alone or apart)


def _text(number: Any) -> str:
    return str(number).removesuffix(".0")
