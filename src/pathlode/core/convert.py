"""Tensors from what users hold: arrays, lists, dates."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.errors import DataError


def as_numbers(given: Any, what: str = "values") -> Tensor:
    """A floating-point tensor of a tensor, an array or lists. Integers become double precision.

    Raises:
        DataError: if these are no real numbers.
    """
    if not isinstance(given, Tensor):
        given = _tensor(given, what)
    if given.is_floating_point():
        return given
    if given.is_complex():
        raise DataError(f"{what} are complex numbers, expected real numbers")
    return given.double()


def as_times(given: Any) -> tuple[Tensor, bool]:
    """Times as numbers, and whether dates were given.

    Dates (``datetime64``, pandas timestamps or :class:`datetime.datetime`) become seconds since 1970 in UTC, in double
    precision, which resolves a quarter of a microsecond today. Dates without a time zone count as UTC. ``NaT`` becomes NaN.

    Raises:
        DataError: if these are neither numbers nor dates, or dates with and without a time zone are mixed.
    """
    if isinstance(given, Tensor):
        return as_numbers(given, "times"), False
    array = np.asarray(given)
    if array.dtype == object:
        array = _dates(array)
    if array.dtype.kind != "M":
        return as_numbers(array, "times"), False
    return torch.from_numpy(_seconds(array)), True


def _tensor(given: Any, what: str) -> Tensor:
    try:
        array = np.asarray(given)
        if array.dtype == object:  # for example None in place of a missing value
            array = array.astype(np.float64)
        if array.dtype.kind not in "fiubc":
            raise ValueError(f"array of type {array.dtype}")
    except (TypeError, ValueError) as error:
        raise DataError(f"{what} are no numbers ({error}): give a tensor, an array or a list of numbers") from None
    return torch.from_numpy(
        np.require(array, requirements=["C", "W"])
    )  # a tensor shares its memory and may be written to


def _dates(array: NDArray[Any]) -> NDArray[Any]:
    """Objects as ``datetime64`` in UTC; other objects than dates are returned unchanged."""
    found = [
        entry for entry in array.ravel() if isinstance(entry, datetime) and entry == entry
    ]  # NaT differs from itself
    if not found:
        return array
    if len({entry.tzinfo is None for entry in found}) > 1:
        raise DataError("times mix dates with and without a time zone: give all in one zone")
    return np.array([_utc(entry) for entry in array.ravel()], dtype="datetime64[ns]").reshape(array.shape)


def _utc(entry: Any) -> np.datetime64:
    if not isinstance(entry, datetime) or entry != entry:
        return np.datetime64("NaT")
    plain = entry.astimezone(UTC).replace(tzinfo=None) if entry.tzinfo else entry
    exact = getattr(plain, "to_datetime64", None)  # of pandas, which also has nanoseconds
    return exact() if exact else np.datetime64(plain)


def _seconds(dates: NDArray[Any]) -> NDArray[np.float64]:
    missing, whole = np.isnat(dates), dates.astype("datetime64[s]")
    rest = (dates - whole).astype("timedelta64[ns]")
    seconds = whole.astype(np.int64) + rest.astype(np.int64) * 1e-9
    return np.where(missing, np.nan, seconds)
