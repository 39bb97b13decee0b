"""Paths of files that users give."""

import os
from pathlib import Path
from typing import Any

from pathlode.errors import CheckpointError


def as_file(given: Any) -> Path:
    """The path of a file, which need not exist, from text or a path.

    Raises:
        CheckpointError: if it is something else, or a folder.
    """
    if not isinstance(given, (str, os.PathLike)) or not str(given):
        raise CheckpointError(f"the path is {given!r}, expected the name of a file, as text or a pathlib.Path")
    path = Path(given)
    if path.is_dir():
        raise CheckpointError(f"{path} is a folder, expected the name of a file")
    return path
