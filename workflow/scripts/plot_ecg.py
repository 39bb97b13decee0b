"""Draws the figures of the ECG chapter that compare models."""

from pathlib import Path

from pathlode.ecg.results import BeatScores
from pathlode.plots import ecg
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job

with job(snakemake):
    scores, params = BeatScores.load(Path(snakemake.input.scores)).table, snakemake.params
    figures = {
        "f1_against_rate": ecg.f1_against_rate(scores, params.compared, params.rates),
        "f1_by_class": ecg.f1_by_class(scores, params.compared, params.rates[0]),
    }
    for figure in figures.values():
        ecg.label_source(figure, scores["source"].iloc[0])
    save_figures(figures, snakemake.output)
