"""Draws one figure of the dynamics chapter."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.job import job
from pathlode.plots import dynamics
from pathlode.plots.style import save
from pathlode.systems.contract import SimulatedData

with job(snakemake.log[0], snakemake.threads):
    losses = snakemake.params.losses
    results = {
        loss: dynamics.Result(curves=dict(np.load(curves)), history=pd.read_csv(history))
        for loss, curves, history in zip(losses, snakemake.input.curves, snakemake.input.histories, strict=True)
    }
    data = SimulatedData.load(Path(snakemake.input.data))
    figure = getattr(dynamics, snakemake.wildcards.figure)(data, results)
    save(figure, snakemake.output.png, snakemake.output.pdf)
