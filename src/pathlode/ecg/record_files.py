"""Files of ECG records, and the list of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pathlode.artefacts import JsonFile
from pathlode.ecg.records import SUFFIXES, Record, read_record
from pathlode.errors import DataError
from pathlode.files import sha256


@dataclass(frozen=True)
class RecordFiles(JsonFile):
    """List of the files of ECG records.

    Attributes:
        source: origin of the records, ``mitdb`` or ``invented``.
        folder: folder of the files.
        names: names of the records, in the order in which they are read.
        digests: SHA-256 by file name.
    """

    source: str
    folder: str
    names: Sequence[str]
    digests: Mapping[str, str]

    @classmethod
    def of(cls, source: str, folder: Path, names: Sequence[str]) -> Self:
        """The list of a folder's files.

        Raises:
            OSError: if one is missing.
        """
        digests = {file.name: sha256(file) for file in record_paths(folder, names)}
        return cls(source, str(folder), list(names), digests)

    def records(self) -> Iterator[Record]:
        """Reads the records.

        Raises:
            DataError: if a file is missing, altered or unreadable.
        """
        for name in self.names:
            for file in record_paths(Path(self.folder), [name]):
                if not file.exists() or sha256(file) != self.digests.get(file.name):
                    raise DataError(
                        f"{file} is {'altered' if file.exists() else 'missing'}, though it is listed among the records: "
                        "delete the list, and the pipeline will fetch the file again"
                    )
            yield read_record(Path(self.folder), name)


def record_paths(folder: Path, names: Sequence[str]) -> list[Path]:
    """Header, signals and annotations of every record."""
    return [folder / f"{name}.{suffix}" for name in names for suffix in SUFFIXES]
