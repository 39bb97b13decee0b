"""Gets the files of one ECG record from a mirror, checked against the committed list of SHA-256 digests."""

from pathlib import Path

from pathlode.download import checksums, fetch
from pathlode.reporting.job import job

with job(snakemake):
    listed = checksums(Path(snakemake.input.checksums))
    for file in map(Path, snakemake.output):
        fetch(file, snakemake.params.mirrors, listed, key="ecg.mirrors")
