"""Writes invented files in the forms of the real ones, for scales that only test whether everything runs."""

from pathlib import Path

from pathlode.real.invented import write_invented
from pathlode.reporting.job import job

with job(snakemake):
    write_invented(Path(snakemake.output[0]).parent, **snakemake.params.settings)
