"""Fetches the files of ECG records from mirrors and checks the committed SHA-256 digests. Existing intact files are kept."""

from pathlib import Path

from pathlode.download import checksums
from pathlode.ecg.fetching import fetch_records
from pathlode.reporting.job import job

with job(snakemake):
    params, listed = snakemake.params, checksums(Path(snakemake.input.checksums))
    files = fetch_records(Path(params.folder), params.records, params.mirrors, listed)
    files.save(Path(snakemake.output.records))
