"""Writes invented ECG records, for scales that only test whether everything runs."""

from pathlib import Path

from pathlode.ecg.synthetic import write_records
from pathlode.reporting.job import job

with job(snakemake):
    params = snakemake.params
    files = write_records(Path(params.folder), params.records, params.seconds, params.seed)
    files.save(Path(snakemake.output.records))
