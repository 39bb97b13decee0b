"""Joins the scores of predictions of logged runs, and averages them over runs."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.reporting.tables import write
from pathlode.schedule.real_logs.artefacts import LogForecasts
from pathlode.schedule.real_logs.scores import mean_scores, summary

with job(snakemake):
    tables = snakemake.output
    forecasts = LogForecasts.load(*map(Path, snakemake.input.forecasts))
    means = mean_scores(forecasts.table)
    forecasts.save(Path(tables.forecasts))
    means.save(Path(tables.means))
    write(summary(means.table), *tables.summary)
