"""Registries: names, and the classes behind them."""

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from pathlode.errors import ConfigError


def imported(path: str) -> Any:
    """What stands behind ``"module:name"``, or the module behind ``"module"``, imported now.

    The digest of a job's code (:mod:`pathlode.reporting.identity`) does not follow such an import. A rule whose jobs make it
    names the path among the entries of its ``code``.
    """
    module, _, name = path.partition(":")
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


class _Line(NamedTuple):
    """What an entry's line says: its path, all words after it, and those of them that are plain."""

    path: str
    said: tuple[str, ...]
    words: frozenset[str]


@cache
def _read(line: str) -> _Line:
    path, *said = line.split()
    return _Line(path, tuple(said), frozenset(filter(str.isidentifier, said)))


class Registry(Mapping[str, Any]):
    """Names and the classes behind them.

    Args:
        kind: what the entries are, for messages.
        entries: name -> ``"module:class"``, followed by words separated by blanks. The words allow a configuration to be
            checked without importing the class. A plain word says what the entry offers, needs or is; ``key=value`` is a fact
            about it; ``size>=2``, ``size<=2`` and ``size%2`` are limits of a number.
    """

    def __init__(self, kind: str, entries: dict[str, str]) -> None:
        self.kind = kind
        self._entries = entries

    def __getitem__(self, name: str) -> Any:
        return imported(self.path(name))

    def __contains__(self, name: object) -> bool:
        return name in self._entries  # without an import

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def module(self, name: str) -> str:
        """The module that defines the entry, without importing it."""
        return self.path(name).partition(":")[0]

    def name(self, entry: type) -> str:
        """The name under which a class is registered.

        Raises:
            ConfigError: if it is not.
        """
        path = f"{entry.__module__}:{entry.__qualname__}"
        for name in self:
            if self.path(name) == path:
                return name
        raise ConfigError(f"{path} is not registered as a {self.kind}: add it to pathlode.registry")

    def words(self, name: str) -> frozenset[str]:
        """The plain words that follow the path in the entry's line."""
        return self._line(name).words

    def fact(self, name: str, key: str) -> tuple[str, ...]:
        """The values, separated by commas, of the entry's word ``key=...``; none if its line has no such word."""
        for word in self._line(name).said:
            if word.startswith(f"{key}="):
                return tuple(word.removeprefix(f"{key}=").split(","))
        return ()

    def limit(self, name: str, size: str, sign: str) -> str | None:
        """The limit of a size in the entry's line, with one of the signs ``>=``, ``<=`` and ``%``; None if it says none."""
        said = self._line(name).said
        limits = (word.removeprefix(size + sign) for word in said if word.startswith(size + sign))
        return next(limits, None)

    def path(self, name: str) -> str:
        """The entry's ``"module:class"``.

        Raises:
            ConfigError: if there is no such entry.
        """
        return self._line(name).path

    def _line(self, name: str) -> _Line:
        if not isinstance(name, str) or name not in self._entries:
            raise ConfigError(f"unknown {self.kind} {name!r}: expected one of {', '.join(self._entries)}")
        return _read(self._entries[name])
