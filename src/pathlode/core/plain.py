"""Values that files of tensors hold, and how others are written in terms of them.

A file that is read without executing code holds tensors, numbers, text, None, and lists, tuples, sets and dictionaries of
these. NumPy's arrays and numbers, paths and dates are written as a dictionary with their kind, and read back as what they were.
All else is refused before anything is written.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.errors import CheckpointError

_KIND = "kind of value"
"""Key of a dictionary that stands for a value of another type."""
_NATIVE = (type(None), bool, int, float, complex, str, bytes, torch.dtype, torch.device, torch.Size)


def to_plain(value: Any, place: str = "the content") -> Any:
    """The value as a file of tensors holds it. One that needs no change is returned itself.

    Args:
        value: to be written.
        place: what it is, for messages.

    Raises:
        CheckpointError: naming the first value that such a file cannot hold.
    """
    if type(value) in _NATIVE or isinstance(value, torch.Tensor):
        return value
    if isinstance(value, Mapping):
        return _dictionary(value, place)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _collection(value, place)
    if isinstance(value, (np.ndarray, np.generic)):
        return _array(np.asarray(value), place) | {"scalar": isinstance(value, np.generic)}
    if isinstance(value, PurePath):
        return {_KIND: "path", "value": str(value)}
    if isinstance(value, datetime) and value == value:  # pandas' NaT differs from itself
        return _datetime(value)
    if type(value) is date:
        return {_KIND: "date", "value": value.isoformat()}
    if type(value) is timedelta:
        return {_KIND: "timedelta", "value": [value.days, value.seconds, value.microseconds]}
    raise _refusal(value, place)


def from_plain(value: Any) -> Any:
    """The value of which :func:`to_plain` made this."""
    if isinstance(value, dict):
        if _KIND in value:
            return _READ[value[_KIND]](value)
        found = {key: from_plain(each) for key, each in value.items()}
        return found if any(found[key] is not value[key] for key in found) else value
    if type(value) in (list, tuple, set):
        return type(value)(from_plain(each) for each in value)
    return value


def _dictionary(value: Mapping[Any, Any], place: str) -> Any:
    if _KIND in value:
        raise CheckpointError(f"{place} has the key {_KIND!r}, which files keep for themselves: choose another one")
    found = {_key(key, place): to_plain(each, f"{place}[{key!r}]") for key, each in value.items()}
    same = type(value) in (dict, OrderedDict) and all(
        old is new and found[new] is value[old] for old, new in zip(value, found, strict=True)
    )
    return value if same else found


def _key(key: Any, place: str) -> Any:
    key = key.item() if isinstance(key, np.generic) else key
    if type(key) not in (*_NATIVE, tuple):
        raise CheckpointError(f"{place} has a key of type {type(key).__name__}, expected text or a number")
    return key


def _collection(value: Any, place: str) -> Any:
    entries = [to_plain(each, f"{place}[{number}]") for number, each in enumerate(value)]
    if isinstance(value, frozenset):
        return {_KIND: "frozenset", "value": entries}
    if isinstance(value, set) and any(isinstance(each, dict) for each in entries):  # which cannot be in a set
        return {_KIND: "set", "value": entries}
    kind = next(kind for kind in (list, tuple, set) if isinstance(value, kind))  # of a named tuple, tuple
    return kind(entries)


def _array(array: NDArray[Any], place: str) -> dict[str, Any]:
    kind: dict[str, Any] = {_KIND: "array", "dtype": array.dtype.str, "shape": list(array.shape)}
    if array.dtype.kind in "mM":
        return kind | {"value": array.astype(array.dtype.newbyteorder("=")).view(np.int64).ravel().tolist()}
    if array.dtype.kind in "US":
        return kind | {"value": array.ravel().tolist()}
    try:
        native = np.array(array.ravel(), dtype=array.dtype.newbyteorder("="))
        return kind | {"value": torch.from_numpy(native)}
    except TypeError:
        raise CheckpointError(
            f"{place} is an array of type {array.dtype}, expected numbers, text or dates: convert it"
        ) from None


def _read_array(found: dict[str, Any]) -> Any:
    dtype = np.dtype(found["dtype"])
    if dtype.kind in "mM":
        array = np.array(found["value"], dtype=np.int64).view(dtype.newbyteorder("="))
    elif dtype.kind in "US":
        array = np.array(found["value"], dtype=dtype)
    else:
        array = found["value"].numpy()
    array = array.astype(dtype).reshape(found["shape"])
    return array[()] if found["scalar"] else array


def _datetime(value: datetime) -> dict[str, Any]:
    zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    plain = value.replace(tzinfo=None) if zone else value
    return {_KIND: "datetime", "value": plain.isoformat(), "zone": zone, "fold": value.fold}


def _read_datetime(found: dict[str, Any]) -> datetime:
    plain = datetime.fromisoformat(found["value"]).replace(fold=found["fold"])
    return plain.replace(tzinfo=ZoneInfo(found["zone"])) if found["zone"] else plain


_READ = {
    "array": _read_array,
    "path": lambda found: Path(found["value"]),
    "datetime": _read_datetime,
    "date": lambda found: date.fromisoformat(found["value"]),
    "timedelta": lambda found: timedelta(*found["value"]),
    "set": lambda found: {from_plain(each) for each in found["value"]},
    "frozenset": lambda found: frozenset(from_plain(each) for each in found["value"]),
}


def _refusal(value: Any, place: str) -> CheckpointError:
    remedy = "give its to_dict('list')" if hasattr(value, "to_dict") else "convert it"
    return CheckpointError(
        f"{place} is a {type(value).__name__}, expected tensors, arrays, numbers, text, paths, dates, or lists and "
        f"dictionaries of these: {remedy}"
    )
