"""Draws the figures that compare systems."""

from pathlib import Path

import pandas as pd

from pathlode.arrays import load_groups
from pathlode.dynamics.data import SimulatedData
from pathlode.plots import comparisons
from pathlode.plots.style import save_figure
from pathlode.reporting.job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    scores = pd.read_csv(files.scores)
    data = {name: SimulatedData.load(Path(path)) for name, path in zip(params.systems, files.data, strict=True)}
    kept = {name: load_groups(Path(path), "predicted") for name, path in zip(params.systems, files.arrays, strict=True)}
    predicted = {(name, loss): kept[name][loss]["predicted"] for name in params.systems for loss in params.losses}
    figures = {
        "systems": comparisons.systems(data, predicted, params.losses),
        "encoders": comparisons.encoders(scores),
        "observations": comparisons.fewer_observations(scores, params.encoder),
        "sizes": comparisons.sizes(pd.read_csv(files.sizes)),
    }
    for path in snakemake.output:
        save_figure(figures[Path(path).stem], path)
