"""Files of published logs from mirrors."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pathlode.download import fetch
from pathlode.files import sha256, writing


def fetch_logs(folder: Path, mirrors: Sequence[str], listed: Mapping[str, Sequence[str]], key: str) -> None:
    """Fetches all listed files from mirrors. Files in the folder with the right checksum are kept.

    Args:
        folder: folder to write to.
        mirrors: folders and URLs, as in :func:`pathlode.download.fetch`.
        listed: SHA-256 digests by path below the folder.
        key: name of the setting that holds the mirrors, for messages.

    Raises:
        DataError: at the first file that no mirror has with the right checksum. Files fetched before it are kept.
    """
    for name, digests in listed.items():
        target = folder / name
        if not target.is_file() or sha256(target) not in digests:
            fetch(target, mirrors, listed, key, name=name)


def write_list(path: Path, folder: Path, files: Sequence[Path]) -> None:
    """Writes a list of files below a folder with their digests, as :func:`pathlode.download.checksums` reads it."""
    lines = [f"{sha256(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    with writing(path) as temporary:
        temporary.write_text("".join(lines))
