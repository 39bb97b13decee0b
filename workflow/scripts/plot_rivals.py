"""Draws the figures of the comparison of rivals."""

from pathlib import Path

from pathlode.plots import rivals
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job
from pathlode.rivals.results import RivalFailures, RivalRanks, RivalScores

with job(snakemake):
    files = snakemake.input
    scores, failed = RivalScores.load(Path(files.errors)).table, RivalFailures.load(Path(files.failures)).table
    figures = {
        "error_against_cost": rivals.error_against_cost(scores, failed, snakemake.params.rows),
        "critical_differences": rivals.critical_differences(RivalRanks.load(Path(files.ranks)).table),
    }
    save_figures(figures, snakemake.output)
