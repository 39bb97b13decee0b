"""Writes invented files in the forms of the real ones, for scales that only test whether everything runs."""

from pathlib import Path

from pathlode.real.invented import write_invented
from pathlode.reporting.job import job

with job(snakemake):
    params = snakemake.params
    write_invented(Path(snakemake.output.pelts).parent, params.numbers, params.seed)
