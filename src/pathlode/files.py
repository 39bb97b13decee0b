"""Files that are written whole or not at all, and their digests."""

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pathlode.errors import CheckpointError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Error numbers of a full disk, an exhausted quota, and a file larger than allowed."""
UNREADABLE = (errno.EACCES, errno.EPERM, errno.EISDIR, errno.EIO)
"""Error numbers of missing permissions, a folder in place of a file, and a failing disk."""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside ``path`` with the same suffix, and renames it to ``path`` when the block succeeds.

    If the block raises or the process dies, ``path`` is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_json(value: Any, name: str, indent: int | None = None) -> str:
    """The JSON text of plain values. Numbers and arrays of NumPy, paths and dates become numbers, lists and text.

    Args:
        value: to be written.
        name: what it is, for messages.
        indent: of the lines.

    Raises:
        CheckpointError: if something cannot be written.
    """

    def plain(entry: Any) -> Any:
        if hasattr(entry, "__array__") and hasattr(entry, "tolist") and not hasattr(entry, "to_dict"):
            return entry.tolist()
        if isinstance(entry, os.PathLike):
            return os.fspath(entry)
        if hasattr(entry, "isoformat"):
            return entry.isoformat()
        raise CheckpointError(
            f"{name} holds a {type(entry).__name__}, expected numbers, text, paths, dates, or lists and dictionaries of these"
        )

    return json.dumps(value, default=plain, indent=indent)


def digest(settings: Mapping[str, Any], files: Iterable[Path] = ()) -> str:
    """SHA-256 of settings (plain values) and of the content of files."""
    found = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()
