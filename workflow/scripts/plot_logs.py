"""Draws the prediction error on real logs against the share that was seen."""

from pathlib import Path

from pathlode.plots.real_logs import error_against_share
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job
from pathlode.schedule.real_logs.artefacts import RealLogs

with job(snakemake):
    means = RealLogs.load(Path(snakemake.input.means)).table
    save_figures({"real_logs": error_against_share(means)}, snakemake.output)
