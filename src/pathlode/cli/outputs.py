"""Which names a command's files may have, and which outputs it must not replace."""

import os
import stat
from pathlib import Path

from pathlode.errors import ConfigError, PathlodeError

TABLE_ENDINGS = (".csv", ".parquet")
"""Endings of the files that hold tables."""
FIGURE_ENDINGS = (".png", ".pdf", ".svg")
"""Endings of the files that hold figures."""
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
"""Bits of a file's mode that allow to write it."""


def check_ending(path: Path, endings: tuple[str, ...], fault: type[PathlodeError] = ConfigError) -> None:
    """Refuses a file whose name has another ending.

    Args:
        path: its path, of an output if nothing else is said.
        endings: those that it may have.
        fault: the error, by which the command's exit code is chosen.

    Raises:
        ConfigError: if an output's name has another ending.
        DataError: if that of a table to read has.
    """
    if path.suffix.lower() not in endings:
        found = f"ends with {path.suffix!r}" if path.suffix else "has no ending"
        raise fault(f"{path} {found}, expected {' or '.join(endings)}")


def check_output(output: Path, *inputs: Path | None) -> None:
    """Refuses an output that is a folder, cannot be written, or would replace a file that is read.

    Raises:
        ConfigError: if it is so.
    """
    if output.is_dir():
        raise ConfigError(f"{output} is a folder: give --output the name of a file")
    if output.exists() and not output.stat().st_mode & WRITABLE:
        raise ConfigError(f"{output} is write-protected: give --output another name, or allow to write it")
    for folder in output.parents:
        if folder.is_file():
            raise ConfigError(f"{folder} is a file, expected the folder of {output.name}: give --output another name")
        if folder.is_dir() and not os.access(folder, os.W_OK):
            raise ConfigError(f"{folder.absolute()} is a write-protected folder: give --output a file in another one")
        if folder.is_dir():
            break
    for path in inputs:
        if path is not None and output.resolve() == path.resolve():
            raise ConfigError(f"{output} is read by this command, which would replace it: give --output another name")
