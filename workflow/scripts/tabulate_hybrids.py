"""Joins and draws the scores of models that were fitted to few series."""

from pathlib import Path

from pathlode.plots.hybrids import errors_by_training_series
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job
from pathlode.reporting.tables import write
from pathlode.rivals.columns import hybrids_summary
from pathlode.rivals.results import HybridScores

with job(snakemake):
    files, scores = snakemake.output, HybridScores.load(*map(Path, snakemake.input.scores))
    scores.save(Path(files.table))
    write(hybrids_summary(scores.table), *files.summary)
    save_figures({"hybrids": errors_by_training_series(scores.table)}, files.figure)
