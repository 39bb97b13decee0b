"""Files of tensors and of values that :mod:`pathlode.core.plain` describes, in PyTorch's format.

They are read with ``weights_only=True``: no code in them is executed. Each says which version of pathlode wrote it.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from pathlode import __version__
from pathlode.core.plain import from_plain, to_plain
from pathlode.errors import CheckpointError
from pathlode.files import writing

FORMAT = 1
"""Number of the format of these files; it grows when files are written that an older version would misread."""
_WRITTEN_BY = "pathlode"
"""Key of the format's number and of the version of pathlode."""


def save_tensors(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a file of tensors and plain values, whole or not at all.

    Raises:
        CheckpointError: if :func:`load_tensors` could not give a value back. Nothing is written then.
    """
    path = Path(path)
    if _WRITTEN_BY in content:
        raise CheckpointError(f"{path}: the name {_WRITTEN_BY!r} is taken by the file's version: choose another one")
    plain = {name: to_plain(value, f"{path}: {name!r}") for name, value in content.items()}
    buffer = io.BytesIO()
    torch.save({_WRITTEN_BY: {"format": FORMAT, "version": __version__}, **plain}, buffer)
    with writing(path) as temporary:  # not by torch, whose writer hides the system's reason for a failure
        temporary.write_bytes(buffer.getbuffer())


def load_tensors(path: Path) -> dict[str, Any]:
    """Reads a file that :func:`save_tensors` wrote.

    Raises:
        CheckpointError: if it is missing, damaged, of a newer version, or holds anything but tensors and plain values.
    """
    path = Path(path)
    try:
        _refuse_altered(path)
        content = torch.load(path, weights_only=True, map_location="cpu")
    except FileNotFoundError:
        raise CheckpointError(f"{path} does not exist: train the model first") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from error
    except Exception as error:  # torch raises several kinds, with advice that does not fit
        raise CheckpointError(
            f"{path} cannot be read as a file of pathlode ({_fault(path, error)}): restore a copy of it, or train again"
        ) from error
    if not isinstance(content, dict):
        raise CheckpointError(
            f"{path} holds a {type(content).__name__}, expected a dictionary: give the path of a file of pathlode"
        )
    _refuse_newer(path, content.pop(_WRITTEN_BY, None))
    return {name: from_plain(value) for name, value in content.items()}


def beside(parts: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a file and the user's values beside them.

    Raises:
        CheckpointError: if a value has the name of a part, which it would replace.
    """
    taken = sorted(set(parts) & set(extra))
    if taken:
        raise CheckpointError(f"the name {taken[0]!r} is taken by a part of the file: choose another one for the value")
    return {**parts, **extra}


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _is_of_another_kind(path: Path) -> bool:
    """Whether an archive is whole, but holds no tensors as :func:`torch.save` writes them: a spreadsheet or a program, say."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {Path(name).name for name in archive.namelist()}
    except zipfile.BadZipFile:
        return False
    return "data.pkl" not in names or "constants.pkl" in names


def _refuse_altered(path: Path) -> None:
    """Compares the content with its checksums, which PyTorch writes, but does not look at."""
    if _is_archive(path):
        with zipfile.ZipFile(path) as archive:
            if (part := archive.testzip()) is not None:
                raise zipfile.BadZipFile(part)


def _fault(path: Path, error: Exception) -> str:
    """What is wrong with a file that PyTorch cannot read; its own words give advice that would not help."""
    if not _is_archive(path) or _is_of_another_kind(path):
        return "it is of another kind"
    return "it holds objects that could run code" if isinstance(error, UnpicklingError) else "it is damaged"


def _refuse_newer(path: Path, written: Any) -> None:
    if isinstance(written, dict) and written.get("format", 0) > FORMAT:
        raise CheckpointError(
            f"{path} was written by pathlode {written.get('version')}, and this is {__version__}, which cannot read it: update "
            "pathlode"
        )
