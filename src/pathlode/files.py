"""Files that are written whole or not at all, and their digests."""

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

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


def digest(settings: Mapping[str, Any], files: Iterable[Path] = ()) -> str:
    """SHA-256 of settings (plain values) and of the content of files."""
    found = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()
