"""Joins the scores on real data, and summarises them, and those that others published."""

from pathlib import Path

from pathlode.real.columns import published_summary, real_summary
from pathlode.real.results import DataCounts, PublishedScores, RealScores, WeightChoices
from pathlode.reporting.job import job
from pathlode.reporting.tables import write

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    scores = RealScores.load(*map(Path, files.scores)).table[list(RealScores.columns)]
    RealScores(scores).save(Path(tables.scores))
    WeightChoices.load(*map(Path, files.weights)).save(Path(tables.weights))
    DataCounts.load(*map(Path, files.counts)).save(Path(tables.counts))
    write(real_summary(scores), *tables.summary)
    write(published_summary(PublishedScores.load(Path(files.published)).table), *tables.published)
