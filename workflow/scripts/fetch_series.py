"""Fetches a file of real data from mirrors and checks its committed digest."""

from pathlib import Path

from pathlode.download import checksums, fetch
from pathlode.files import sha256
from pathlode.real.archives import content_sha256
from pathlode.reporting.job import job

with job(snakemake):
    target, listed = Path(snakemake.output.file), checksums(Path(snakemake.input.checksums))
    digest = content_sha256 if target.name.endswith(".tar.gz") else sha256
    fetch(target, snakemake.params.mirrors, listed, f"real.mirrors.{snakemake.wildcards.folder}", digest)
