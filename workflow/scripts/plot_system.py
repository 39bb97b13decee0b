"""Draws the figures of one system."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.job import job
from pathlode.plots import dynamics
from pathlode.plots.style import save
from pathlode.systems.contract import SimulatedData

with job(snakemake.log[0], snakemake.threads):
    files, params = snakemake.input, snakemake.params
    results = {
        loss: dynamics.Result(dict(np.load(curves)), pd.read_csv(history), dict(np.load(latents)))
        for loss, curves, history, latents in zip(
            params.losses, files.curves, files.histories, files.latents, strict=True
        )
    }
    data = SimulatedData.load(Path(files.data))
    for name in dict.fromkeys(Path(path).stem for path in snakemake.output):
        options = {"projection": params.projection} if name == "latent_map" else {}
        figure = getattr(dynamics, name)(data, results, **options)
        save(figure, *(path for path in snakemake.output if Path(path).stem == name))
