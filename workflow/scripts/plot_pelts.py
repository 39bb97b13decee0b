"""Draws the posteriors of lynx and hare, and what they predict beside the measured pelts."""

from pathlib import Path

from pathlode.plots import pelts as figures
from pathlode.plots.style import save_figures
from pathlode.real.hudson_bay import read_pelts
from pathlode.real.pelt_posteriors import predicted_pelts
from pathlode.real.pelt_results import PeltPosteriors, PeltTable
from pathlode.reporting.job import job

with job(snakemake):
    files, measured = snakemake.input, read_pelts(Path(snakemake.input.pelts))
    every = [PeltPosteriors.load(Path(path)) for path in (files.exact, *files.flows)]
    predicted = {own.source: predicted_pelts(own.draws[0], len(measured.years)) for own in every[:2]}
    table = PeltTable.load(Path(files.posteriors)).table
    figure = figures.lynx_and_hare(table, [own.source for own in every], measured, predicted, snakemake.params.source)
    save_figures({"hudson_bay": figure}, snakemake.output)
