"""Writes one invented ECG record, for scales that only show that everything runs."""

from pathlib import Path

from pathlode.ecg.synthetic import write_record
from pathlode.reporting.job import job

with job(snakemake):
    folder = Path(snakemake.output[0]).parent
    write_record(folder, snakemake.wildcards.record, snakemake.params.seconds, snakemake.params.seed)
