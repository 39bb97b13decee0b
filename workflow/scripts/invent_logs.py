"""Writes invented logs in the form of one source, for scales that only test whether everything runs."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.schedule.real_logs.fetching import write_list
from pathlode.schedule.real_logs.invented import invent

with job(snakemake):
    target = Path(snakemake.output.list)
    folder = target.with_suffix("")
    write_list(target, folder, invent(snakemake.wildcards.log_source, folder, snakemake.params.settings))
