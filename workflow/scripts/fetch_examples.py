"""Fetches one file of a data set from a mirror and checks its SHA-256."""

from pathlib import Path

from pathlode.download import checksums, fetch
from pathlode.reporting.job import job

with job(snakemake):
    listed = checksums(Path(snakemake.input.checksums))
    key = f"scheduler.mirrors.{snakemake.wildcards.data_set}"
    fetch(Path(snakemake.output[0]), snakemake.params.mirrors, listed, key)
