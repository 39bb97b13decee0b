"""Reads and checks the files of a data set, and counts what is in them."""

from pathlib import Path

from pathlode.registry import MEASURED
from pathlode.reporting.job import job

with job(snakemake):
    files, params = snakemake.input.files, snakemake.params
    reading = MEASURED[snakemake.wildcards.measured](**params.read).read([Path(path) for path in files], params.source)
    reading.measured.save(Path(snakemake.output.series))
    reading.counts().save(Path(snakemake.output.counts))
