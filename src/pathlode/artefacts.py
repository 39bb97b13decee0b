"""Files that one script writes and another reads. Each is a dataclass that declares and checks its content.

An :class:`ArrayFile` holds arrays, a :class:`TableFile` the rows of a table, a :class:`JsonFile` a few plain values. A missing
or damaged file, or one of another kind, raises an error of one sentence.
"""

import dataclasses
import json
import os
import types
import zipfile
from collections import abc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args, get_origin, get_type_hints

import numpy as np

from pathlode.column_kinds import refuse_other_kinds, types_of_text
from pathlode.errors import DataError
from pathlode.files import as_json, writing

if TYPE_CHECKING:
    import pandas as pd  # only for types: the import would cost half a second in jobs that read no table

_FACTS = "facts"
"""Key of the JSON text that holds those fields of an :class:`ArrayFile` that are not arrays."""
REMADE = "delete it, and the pipeline will make it again"
"""What to do about a damaged file that a job made."""
COMMITTED = "restore it from the repository"
"""What to do about a damaged file that belongs to the repository."""


class _File:
    """Base of the three kinds of files."""

    remedy: ClassVar[str] = REMADE
    """What to do about a damaged file of this kind."""

    @classmethod
    def _unreadable(cls, path: Path, error: Exception) -> DataError:
        what = (cls.__doc__ or cls.__name__).splitlines()[0].rstrip(".")
        lines = str(error).splitlines() or ["damaged"]
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else lines[0]
        return DataError(f"{path} cannot be read as {what[0].lower()}{what[1:]} ({reason}): {cls.remedy}")


def axes(*names: str, by: str | None = None) -> Any:
    """A field of an :class:`ArrayFile`: an array with these axes. Axes of the same name have the same length within a file.

    Args:
        names: one name per axis; none for a scalar.
        by: if given, the field is a mapping to such arrays, and ``by`` describes its keys.
    """
    return dataclasses.field(metadata={"axes": names, "by": by})


class ArrayFile(_File):
    """Base of a frozen dataclass that is one ``.npz`` file without pickled objects.

    Fields that :func:`axes` declares are arrays or mappings to arrays, stored as ``field`` and ``field/key``. All others are
    plain values, stored together as a JSON text under ``facts``. Subclasses document each field.

    Raises:
        DataError: if an array's axes differ from the declared ones, or axes of the same name differ in length.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __post_init__(self) -> None:
        lengths: dict[str, tuple[str, int]] = {}
        for name, array, wanted in self._arrays():
            if array.ndim != len(wanted):
                raise DataError(f"{name} has shape {array.shape}, expected the axes ({', '.join(wanted)})")
            for axis, length in zip(wanted, array.shape, strict=True):
                first, before = lengths.setdefault(axis, (name, length))
                if before != length:
                    raise DataError(
                        f"{name} has {length} along {axis!r}, but {first} has {before}, expected equally many"
                    )

    def _arrays(self) -> Iterable[tuple[str, Any, tuple[str, ...]]]:
        """Key in the file, array and axes of every array."""
        for field in dataclasses.fields(self):
            if "axes" in field.metadata:
                value, wanted = getattr(self, field.name), field.metadata["axes"]
                if field.metadata["by"] is None:
                    yield field.name, np.asarray(value), wanted
                else:
                    yield from ((f"{field.name}/{key}", np.asarray(array), wanted) for key, array in value.items())

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all."""
        arrays = {key: array for key, array, _ in self._arrays()}
        facts = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if "axes" not in f.metadata}
        with writing(path) as temporary:
            np.savez(temporary, allow_pickle=False, **arrays, **{_FACTS: np.array(as_json(facts, path.name))})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads a file that :meth:`save` wrote.

        Raises:
            DataError: if it is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
            given: dict[str, Any] = dict(json.loads(str(arrays.pop(_FACTS))))
            for field in dataclasses.fields(cls):
                if "axes" not in field.metadata:
                    continue
                if field.metadata["by"] is None:
                    given[field.name] = arrays[field.name]
                else:
                    own = {key: array for key, array in arrays.items() if key.startswith(f"{field.name}/")}
                    given[field.name] = {key.partition("/")[2]: array for key, array in own.items()}
            return cls(**given)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise cls._unreadable(path, error) from error


@dataclass(frozen=True)
class TableFile(_File):
    """Base of a frozen dataclass that is one CSV file.

    Subclasses set :attr:`columns`, and :attr:`remedy` if no job makes the file. Further columns are kept.

    Args:
        table: the rows.

    Raises:
        DataError: if a column is missing.
    """

    columns: ClassVar[Mapping[str, str]]
    """What each column is, with its unit: a plain description if it holds numbers, else one of :mod:`pathlode.column_kinds`."""
    float_format: ClassVar[str | None] = "%.6g"
    """Format in which numbers are written; None writes all digits."""

    table: "pd.DataFrame"

    def __post_init__(self) -> None:
        missing = [name for name in self.columns if name not in self.table]
        if missing:
            raise DataError(f"the table lacks the column {missing[0]!r} ({self.columns[missing[0]]})")

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all."""
        with writing(path) as temporary:
            self.table.to_csv(temporary, index=False, float_format=self.float_format)

    @classmethod
    def load(cls, *paths: Path) -> Self:
        """Reads the rows of one or several files and joins them in this order.

        Raises:
            DataError: if a file is missing, damaged, lacks a column, or has an entry of another kind than its column's.
        """
        import pandas as pd

        tables = []
        for path in paths:
            try:
                tables.append(cls(pd.read_csv(path, dtype=types_of_text(cls.columns))).table)
                refuse_other_kinds(tables[-1], cls.columns)
                if cls.remedy == REMADE and not _ends_a_line(path):  # pandas would fill the rest of a cut row with NaN
                    raise ValueError("its last row is cut off")
            except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
                raise cls._unreadable(path, error) from error
        return cls(pd.concat(tables, ignore_index=True))


class JsonFile(_File):
    """Base of a frozen dataclass of plain values that is one JSON file."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all."""
        with writing(path) as temporary:
            temporary.write_text(as_json(dataclasses.asdict(self), path.name, indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads a file that :meth:`save` wrote.

        Raises:
            DataError: if it is missing, damaged, lacks a value, or has one of another type than its field.
        """
        try:
            given: dict[str, Any] = dict(json.loads(path.read_text()))
            for name, kind in get_type_hints(cls).items():
                if name in given and not _is_of(given[name], kind):
                    wanted = str(kind).replace("collections.abc.", "") if get_args(kind) else kind.__name__
                    raise ValueError(f"{name} is {given[name]!r}, expected {wanted}")
            return cls(**given)
        except (OSError, ValueError, TypeError) as error:
            raise cls._unreadable(path, error) from error


def _is_of(value: Any, kind: Any) -> bool:
    """Whether a value that JSON holds is of a type: a plain one, several, or a sequence or a mapping of such."""
    parts = get_args(kind)
    match get_origin(kind):
        case types.UnionType:
            return any(_is_of(value, part) for part in parts)
        case abc.Sequence:
            return isinstance(value, list) and all(_is_of(each, parts[0]) for each in value)
        case abc.Mapping:
            return isinstance(value, dict) and all(_is_of(each, parts[1]) for each in value.values())
    if kind in (int, float) and isinstance(value, bool):
        return False
    return kind is Any or isinstance(value, (int, float) if kind is float else kind)


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
