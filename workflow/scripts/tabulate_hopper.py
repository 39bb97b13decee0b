"""Joins the scores on the hopper, and sets them beside published ones."""

from pathlib import Path

from pathlode.real.hopper_tasks import PublishedHopper, hopper_summary
from pathlode.real.results import RealScores
from pathlode.reporting.job import job
from pathlode.reporting.tables import write

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    scores = RealScores.load(*map(Path, files.scores)).table[list(RealScores.columns)]
    RealScores(scores).save(Path(tables.scores))
    write(hopper_summary(scores, PublishedHopper.load(Path(files.published)).table), *tables.summary)
