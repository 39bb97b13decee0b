"""What the readers of recordings give: the channels of a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathlode.ecg.annotations import Annotations
from pathlode.errors import DataError


@dataclass(frozen=True)
class Channels:
    """Channels of a file.

    Attributes:
        names: name of each.
        units: unit of each, None where the file says none.
        signal: gives the samples of the channel at a position, (sample,).
        rates: samples per second of each, if the file says it.
        times: seconds of the samples, if the file has them.
        annotations: marked beats, if the file has them.
        found: sentences about the file that its reader should know.
    """

    names: Sequence[str]
    units: Sequence[str | None]
    signal: Callable[[int], Any]
    rates: Sequence[float] | None = None
    times: Any = None
    annotations: Annotations | None = None
    found: Sequence[str] = ()


def unreadable_recording(path: Path, error: Exception) -> DataError:
    """An error for a file that its format's library cannot read."""
    header = path.with_name(f"{path.name}.hea")
    empty = any(file.is_file() and not file.stat().st_size for file in (path, header))
    said = f"unknown {error}" if isinstance(error, KeyError) else (str(error).splitlines() or [type(error).__name__])[0]
    reason = "it is empty" if empty else said
    return DataError(
        f"recording {path} cannot be read ({reason}): restore a copy of it, or name its format by its ending"
    )
