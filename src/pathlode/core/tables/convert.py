"""Tensors from what users hold: arrays, lists, columns of tables, dates."""

from datetime import UTC, date, timedelta
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.errors import DataError


def as_numbers(given: Any, what: str = "values") -> Tensor:
    """A tensor of single or double precision from a tensor, an array, a column or lists.

    Integers become double precision, and half precision becomes single. None, NaN, ``pandas.NA`` and entries that a masked
    array hides become NaN.

    Raises:
        DataError: if these are no real numbers, or integers that double precision cannot distinguish.
    """
    if isinstance(given, (list, tuple)) and any(isinstance(part, (Tensor, np.ma.MaskedArray)) for part in given):
        return _stacked([as_numbers(part, what) for part in given], what)
    if not isinstance(given, Tensor):
        array = _array(given, what)
        found = torch.from_numpy(_floats(array, what))
        return _exact(found, what) if array.dtype.kind in "iu" else found
    if given.is_complex():
        raise DataError(f"{what} are complex numbers, expected real numbers")
    if given.layout != torch.strided:
        raise DataError(f"{what} are a sparse tensor, expected a dense one: values.to_dense()")
    if given.is_floating_point():
        return given.float() if given.dtype.itemsize < 4 else given
    return _exact(given.double(), what)


def as_times(given: Any) -> tuple[Tensor, bool]:
    """Times as numbers, and whether dates were given.

    Dates (``datetime64``, pandas timestamps, :class:`datetime.datetime` or :class:`datetime.date`) become seconds since 1970 in
    UTC, in double precision, which resolves a quarter of a microsecond today. Dates without a time zone count as UTC. ``NaT``
    becomes NaN. Durations (``timedelta64`` or :class:`datetime.timedelta`) become seconds.

    Raises:
        DataError: if these are neither numbers nor dates, dates with and without a time zone are mixed, or dates differ by less
            than is resolved.
    """
    if isinstance(given, Tensor) or (isinstance(given, (list, tuple)) and any(isinstance(t, Tensor) for t in given)):
        return as_numbers(given, "times"), False
    array = _array(given, "times")
    if array.dtype == object:
        array = _dates(array)
    if array.dtype.kind not in "Mm":
        return as_numbers(array, "times"), False
    seconds = _seconds(array)
    if (
        array.ndim
        and array.dtype.kind == "M"
        and ((array[..., 1:] > array[..., :-1]) & (seconds[..., 1:] <= seconds[..., :-1])).any()
    ):
        raise DataError(
            "times are dates less than a quarter of a microsecond apart, which seconds since 1970 cannot distinguish: give "
            "them as numbers that count from the first one"
        )
    return torch.from_numpy(seconds), array.dtype.kind == "M"


def with_time_zone(dates: Any) -> bool:
    """Whether dates, which :func:`as_times` has read, have a time zone."""
    array = _array(dates, "times")
    return array.dtype == object and any(getattr(entry, "tzinfo", None) for entry in array.ravel())


def _stacked(parts: list[Tensor], what: str) -> Tensor:
    if len({part.shape for part in parts}) > 1:
        raise _unequal(what)
    return torch.stack(parts)


def _unequal(what: str) -> DataError:
    return DataError(
        f"{what} are no numbers but lists of unequal lengths: give series of different lengths as "
        "TimeSeries.of([(times, values), ...])"
    )


def _array(given: Any, what: str) -> NDArray[Any]:
    """An array; what a masked array hides is NaN or NaT in it."""
    if given is None:
        raise DataError(f"{what} are None: give a tensor, an array or a list of numbers")
    try:
        if isinstance(given, np.ma.MaskedArray):
            hidden = np.datetime64("NaT") if given.dtype.kind in "Mm" else np.nan
            return np.where(np.ma.getmaskarray(given), hidden, np.ma.getdata(given))
        return np.asarray(given)
    except (TypeError, ValueError, RuntimeError) as error:
        if "inhomogeneous" in str(error):
            raise _unequal(what) from None
        raise DataError(f"{what} are no numbers ({error}): give a tensor, an array or a list of numbers") from None


def _floats(array: NDArray[Any], what: str) -> NDArray[Any]:
    """A writable array of single or double precision in the machine's order of bytes."""
    kind = array.dtype.kind
    if kind == "O":
        array = np.array([_number(entry, where, what) for where, entry in np.ndenumerate(array)]).reshape(array.shape)
    elif kind in "US" and array.size:
        _refuse_entry(str(array.flat[0]), (0,) * array.ndim, what)
    elif kind == "c":
        raise DataError(f"{what} are complex numbers, expected real numbers")
    elif kind not in "fiub":
        raise DataError(
            f"{what} are of type {array.dtype}, expected numbers: give a tensor, an array or a list of numbers"
        )
    single = kind == "f" and array.dtype.itemsize <= 4
    return np.require(array, np.float32 if single else np.float64, ["C", "W"]).reshape(array.shape)


def _exact(integers: Tensor, what: str) -> Tensor:
    """Integers in double precision, unless that cannot distinguish them."""
    if integers.numel() and integers.abs().max() > 2**53:
        remedy = "subtract a common origin from them first" + (
            ", or give nanoseconds as datetime64[ns]" if what == "times" else ""
        )
        raise DataError(f"{what} are integers beyond 2^53, which double precision cannot distinguish: {remedy}")
    return integers


def _number(entry: Any, where: tuple[int, ...], what: str) -> float:
    """An object as a number; NaN for a missing one."""
    if _missing(entry):
        return float("nan")
    if isinstance(entry, (list, tuple, np.ndarray, Tensor)):
        raise _unequal(what)
    if isinstance(entry, (str, bytes)):  # text that looks like a number is none
        _refuse_entry(entry, where, what)
    try:
        return float(entry)
    except (TypeError, ValueError):
        _refuse_entry(entry, where, what)


def _missing(entry: Any) -> bool:
    """Whether an object is None, ``pandas.NA`` or, as NaN and NaT, different from itself."""
    try:
        return entry is None or bool(entry != entry)
    except (TypeError, ValueError):
        return type(entry).__name__ == "NAType"


def _place(where: tuple[int, ...], what: str) -> str:
    """An entry's feature, time and trajectory, as far as its array has these axes."""
    names = ["time number {}", "trajectory {}"]
    if what == "values" and len(where) > 1:
        names.insert(0, "feature {}")
    named = [
        name.format(place if "trajectory" in name else place + 1)
        for name, place in zip(names, reversed(where), strict=False)
    ]
    return " of ".join(named).replace(" of time", " at time")


def _refuse_entry(entry: Any, where: tuple[int, ...], what: str) -> NoReturn:
    place = _place(where, what)
    if isinstance(entry, (str, bytes)):
        found, remedy = f"the text {entry!r}", "convert it with pandas.to_numeric, or leave it out"
        if what == "times":
            remedy = "convert dates with pandas.to_datetime, and numbers with pandas.to_numeric"
    else:
        found, remedy = f"a {type(entry).__name__}", "give a tensor, an array or a list of numbers"
    raise DataError(f"{what} are no numbers: {place or what} is {found}; {remedy}")


def _dates(array: NDArray[Any]) -> NDArray[Any]:
    """Objects as ``datetime64`` in UTC or as ``timedelta64``; other objects are returned unchanged."""
    present = [entry for entry in array.ravel() if not _missing(entry)]
    if present and all(isinstance(entry, timedelta) for entry in present):
        return _as_fine_as_possible([_duration(entry) for entry in array.ravel()], "timedelta64").reshape(array.shape)
    found = [entry for entry in present if isinstance(entry, date)]
    if not found:
        return array
    if len(found) < len(present):
        raise DataError("times mix dates and numbers: give all as one of them")
    if len({getattr(entry, "tzinfo", None) is None for entry in found}) > 1:
        raise DataError("times mix dates with and without a time zone: give all in one zone")
    return _as_fine_as_possible([_utc(entry) for entry in array.ravel()], "datetime64").reshape(array.shape)


def _as_fine_as_possible(entries: list[Any], kind: str) -> NDArray[Any]:
    """Dates or durations in nanoseconds; in microseconds if one is so far that nanoseconds would be others, without a word."""
    coarse: NDArray[Any] = np.array(entries, dtype=f"{kind}[us]")
    far = np.abs(coarse[~np.isnat(coarse)].astype(np.int64)) > np.iinfo(np.int64).max // 1000
    return coarse if far.any() else np.array(entries, dtype=f"{kind}[ns]")


def _duration(entry: Any) -> np.timedelta64:
    if _missing(entry):
        return np.timedelta64("NaT")
    exact = getattr(entry, "to_timedelta64", None)  # of pandas, which also has nanoseconds
    return exact() if exact else np.timedelta64(entry)


def _utc(entry: Any) -> np.datetime64:
    if _missing(entry):
        return np.datetime64("NaT")
    zone = getattr(entry, "tzinfo", None)
    plain = entry.astimezone(UTC).replace(tzinfo=None) if zone else entry
    exact = getattr(plain, "to_datetime64", None)  # of pandas, which also has nanoseconds
    return exact() if exact else np.datetime64(plain)


def _seconds(dates: NDArray[Any]) -> NDArray[np.float64]:
    """Seconds since 1970 of dates, or seconds of durations."""
    kind = "datetime64" if dates.dtype.kind == "M" else "timedelta64"
    missing, whole = np.isnat(dates), dates.astype(f"{kind}[s]")
    rest = (dates - whole).astype("timedelta64[ns]")
    seconds = whole.astype(np.int64) + rest.astype(np.int64) * 1e-9
    return np.where(missing, np.nan, seconds)
