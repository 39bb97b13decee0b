"""Fetches the published logs of one source from mirrors and checks their committed SHA-256. Existing intact files are kept."""

from pathlib import Path

from pathlode.download import checksums
from pathlode.reporting.job import job
from pathlode.schedule.real_logs.fetching import fetch_logs, write_list

with job(snakemake):
    params, target = snakemake.params, Path(snakemake.output.list)
    folder, listed = target.with_suffix(""), checksums(Path(snakemake.input.checksums))
    fetch_logs(folder, params.mirrors, listed, f"scheduler.real_logs.mirrors.{snakemake.wildcards.log_source}")
    write_list(target, folder, [folder / name for name in listed])
