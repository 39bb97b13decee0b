"""Archives of text files, packed, and read in one pass."""

import hashlib
import io
import tarfile
import zlib
from pathlib import Path

from pathlode.errors import DataError
from pathlode.files import writing


def pack(archive: Path, texts: dict[str, str]) -> None:
    """Writes a ``.tar.gz`` archive of text files ``set-a/{name}.txt``, from their content by name."""
    with writing(archive) as temporary, tarfile.open(temporary, "w:gz") as packed:
        for name, text in texts.items():
            entry = tarfile.TarInfo(f"set-a/{name}.txt")
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))


def members(archive: Path) -> dict[str, bytes]:
    """Content of each file of a ``.tar.gz`` archive, by its name without folders, sorted by name.

    Raises:
        DataError: if the archive is missing or damaged.
    """
    found = {}
    try:
        with tarfile.open(archive, "r|gz") as files:
            for member in files:
                content = files.extractfile(member) if member.isfile() else None
                if content is not None:
                    found[Path(member.name).name] = content.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else "it is damaged"
        raise DataError(f"{archive} cannot be read as an archive ({reason}): fetch it again") from error
    return dict(sorted(found.items()))


def content_sha256(archive: Path) -> str:
    """Digest of the files of an archive, however they were packed.

    It is that of the lines ``<digest>  <name>``, sorted by name: unpacked, that of ``sha256sum * | sha256sum``.

    Raises:
        DataError: if the archive is damaged.
    """
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in members(archive).items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()
