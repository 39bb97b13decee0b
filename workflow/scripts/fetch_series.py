"""Fetches a file of real data from mirrors and checks its committed digest: an archive's is that of what is in it."""

import tarfile
from pathlib import Path

from pathlode.download import checksums, fetch
from pathlode.files import sha256
from pathlode.real.archives import content_sha256
from pathlode.reporting.job import job


def content_digest(path: Path) -> str:
    """That of a file's content, and of an archive's files however they are packed."""
    return content_sha256(path) if tarfile.is_tarfile(path) else sha256(path)


with job(snakemake):
    target, listed = Path(snakemake.output.file), checksums(Path(snakemake.input.checksums))
    fetch(target, snakemake.params.mirrors, listed, f"real.mirrors.{snakemake.wildcards.folder}", content_digest)
