"""Joins what policies reach on the solvable tasks, and compares it with the best schedules."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.reporting.tables import write
from pathlode.schedule.solvable.artefacts import SolvableOutcomes
from pathlode.schedule.solvable.columns import by_replicate, regrets, regrets_summary, with_ratios

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    scores = with_ratios(SolvableOutcomes.load(*map(Path, files.outcomes)).table)
    compared = regrets(scores.table, snakemake.params.confidence)
    scores.save(Path(tables.scores))
    by_replicate(scores.table).save(Path(tables.outcomes))
    compared.save(Path(tables.regrets))
    write(regrets_summary(compared.table), *tables.summary)
