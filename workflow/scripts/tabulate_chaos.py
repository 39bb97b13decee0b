"""Joins the scores of all rows on chaotic flows, sets them beside their floors, ranks the rows, and shows published scores."""

from pathlib import Path

from pathlode.chaos.columns import chaos_rankings, chaos_summary, one_line_a_measure, with_all_flows
from pathlode.chaos.published import PublishedForecasts, published_forecasts
from pathlode.chaos.results import ChaosScores
from pathlode.reporting.job import job
from pathlode.reporting.tables import write

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    scores = ChaosScores.load(*map(Path, files.scores)).table
    one_line_a_measure(scores).save(Path(tables.table))
    with_all_flows(scores).save(Path(tables.scores))
    chaos_rankings(scores).save(Path(tables.ranks))
    write(chaos_summary(scores), *tables.summary)
    write(published_forecasts(PublishedForecasts.load(Path(files.published)).table), *tables.published)
