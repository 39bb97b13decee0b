"""Simulates tables of pelts like the measured one, under the prior, for all replicates."""

from pathlib import Path

import numpy as np

from pathlode.real.hudson_bay import read_pelts
from pathlode.real.lynx_hare import simulate_pelts
from pathlode.real.pelt_results import SimulatedPelts
from pathlode.reporting.job import job

with job(snakemake):
    params, measured = snakemake.params, read_pelts(Path(snakemake.input.pelts)).values
    drawn = [
        simulate_pelts(params.simulated, measured, params.within, seed=[number, 3]) for number in params.replicates
    ]
    quantiles, values = (np.stack(parts).astype(np.float32) for parts in zip(*drawn, strict=True))
    SimulatedPelts(quantiles, values).save(Path(snakemake.output.simulated))
