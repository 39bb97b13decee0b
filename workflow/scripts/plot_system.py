"""Draws the figures of one system."""

from pathlib import Path

import pandas as pd

from pathlode.arrays import load_groups
from pathlode.dynamics.data import SimulatedData
from pathlode.plots import dynamics
from pathlode.plots.style import save_figure
from pathlode.reporting.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    arrays = load_groups(Path(files.arrays), *dynamics.SHOWN)
    results = {
        loss: dynamics.Result(arrays[loss], pd.read_csv(history))
        for loss, history in zip(params.losses, files.histories, strict=True)
    }
    data = SimulatedData.load(Path(files.data))
    for name in dict.fromkeys(Path(path).stem for path in snakemake.output):
        options = {"projection": params.projection} if name == "latent_map" else {}
        figure = getattr(dynamics, name)(data, results, **options)
        save_figure(figure, *(path for path in snakemake.output if Path(path).stem == name))
