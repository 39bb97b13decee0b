"""Joins the plans from few and many past runs, and summarises them over replicates."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.reporting.tables import write
from pathlode.schedule.solvable.artefacts import PlansFromPastRuns
from pathlode.schedule.solvable.columns import past_runs_centres, past_runs_summary

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    plans = PlansFromPastRuns.load(*map(Path, files.plans))
    plans.save(Path(tables.plans))
    centres = past_runs_centres(plans.table, snakemake.params.confidence)
    centres.save(Path(tables.centres))
    write(past_runs_summary(centres.table), *tables.summary)
