"""Files from the network or from a mirror, checked before they are taken."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import pooch

from pathlode.errors import DataError
from pathlode.files import writing

logger = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a URL is tried before the next mirror is."""


def checksums(path: Path) -> dict[str, str]:
    """SHA-256 of each file named in a list of lines ``<digest> <name>``, as ``sha256sum`` writes them.

    Raises:
        DataError: if a line has another form.
    """
    listed = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        digest, _, name = line.partition(" ")
        if len(digest) != 64 or not name.strip():
            raise DataError(f"{path}, line {number}: expected a SHA-256 digest and a file name, got {line!r}")
        listed[name.strip().removeprefix("*")] = digest
    return listed


def fetch(name: str, mirrors: Sequence[str], sha256: str, target: Path, key: str = "mirrors") -> None:
    """Puts a file from the first mirror that has it unaltered to ``target``, whole or not at all.

    Args:
        name: the file's name under each mirror.
        mirrors: folders, or URLs of folders, in the order in which they are tried.
        sha256: the file's digest; one with another is not taken.
        target: where the file goes.
        key: name of the setting that holds the mirrors, for the message.

    Raises:
        DataError: if no mirror has the file, with each one's reason.
    """
    failures = []
    for mirror in mirrors:
        try:
            if "://" in mirror:
                _download(f"{mirror.rstrip('/')}/{name}", sha256, target)
            else:
                _copy(Path(mirror) / name, sha256, target)
        except Exception as error:  # whatever a server, a disk or a proxy comes up with, the next mirror may do better
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            logger.warning("%s: not from %s (%s)", name, mirror, reason)
            failures.append(f"{mirror}: {reason}")
        else:
            logger.info("%s: from %s", name, mirror)
            return
    raise DataError(
        f"{name} could not be had from any of {key} ({'; '.join(failures)}): put it into {mirrors[0]}, or add to {key} a "
        "folder or URL that has it"
    )


def _copy(source: Path, sha256: str, target: Path) -> None:
    if not source.exists():
        raise DataError("no such file" if source.parent.is_dir() else "no such folder")
    with writing(target) as temporary:
        shutil.copyfile(source, temporary)
        if (found := pooch.file_hash(str(temporary))) != sha256:
            raise DataError(f"its SHA-256 is {found[:12]}..., expected {sha256[:12]}...: it is truncated or altered")


def _download(url: str, sha256: str, target: Path) -> None:
    registry = pooch.create(
        path=target.parent,
        base_url="",
        registry={target.name: f"sha256:{sha256}"},
        urls={target.name: url},
        retry_if_failed=ATTEMPTS - 1,
    )
    registry.fetch(target.name, downloader=pooch.HTTPDownloader(timeout=30))
