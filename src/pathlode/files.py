"""Files that are written whole or not at all, and what identifies them."""

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system calls a disk or a quota that is full, and a file larger than is allowed."""
UNREADABLE = (errno.EACCES, errno.EPERM, errno.EISDIR, errno.EIO)
"""What it calls a lack of permissions, a folder in a file's place, and a disk that fails."""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside ``path`` with the same suffix, and renames it when the block ends well.

    If the block raises, or the process dies, ``path`` is as it was before.
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
