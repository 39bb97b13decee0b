"""Records of the MIT-BIH Arrhythmia Database from mirrors."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pathlode.download import fetch
from pathlode.ecg.record_files import RecordFiles, record_paths
from pathlode.files import sha256


def fetch_records(
    folder: Path, names: Sequence[str], mirrors: Sequence[str], listed: Mapping[str, Sequence[str]]
) -> RecordFiles:
    """Fetches records from mirrors. Files in the folder with the right checksum are kept.

    Args:
        folder: folder to write to.
        names: names of the records.
        mirrors: folders and URLs, as in :func:`pathlode.download.fetch`.
        listed: SHA-256 digests by file name.

    Raises:
        DataError: at the first file that no mirror has with the right checksum. Files fetched before it are kept.
    """
    for file in record_paths(folder, names):
        if not file.is_file() or sha256(file) not in listed.get(file.name, ()):
            fetch(file, mirrors, listed, key="ecg.mirrors")
    return RecordFiles.of("mitdb", folder, names)
