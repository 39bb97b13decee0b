"""Draws the figures of the chapter of real data: for each data set the scores of all models, and a few series."""

from pathlib import Path

from pathlode.plots import real
from pathlode.plots.style import save_figures
from pathlode.real.results import RealScores, SeriesExamples
from pathlode.reporting.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    scores = RealScores.load(Path(files.scores)).table
    figures = {f"{data}_scores": real.scores(scores, data, params.compared, params.losses) for data in params.data}
    for path in files.examples:
        shown = SeriesExamples.load(Path(path))
        figures[f"{shown.data}_{shown.task}"] = real.series(shown)
    save_figures(figures, snakemake.output)
