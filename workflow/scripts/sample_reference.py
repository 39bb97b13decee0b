"""Draws from the exact posterior of one held-out system, and says how well two halves of the draws agree."""

from pathlib import Path

import numpy as np

from pathlode.files import writing
from pathlode.inference.calibration import two_sample_accuracy
from pathlode.inference.reference import ChainConfig, sample
from pathlode.job import job
from pathlode.registry import SYSTEMS
from pathlode.systems.contract import SimulatedData

with job(snakemake.log[0], snakemake.threads):
    params, number = snakemake.params, int(snakemake.wildcards.number)
    system, series = SYSTEMS[params.system](), SimulatedData.load(Path(snakemake.input.data))["test"].observed
    reference = sample(
        system,
        np.array(system.low),
        np.array(system.high),
        series.times[number].numpy(),
        series.values[number].numpy(),
        params.noise,
        ChainConfig(**params.chains),
        seed=number,
    )
    draws = reference.thinned(2 * params.draws)
    with writing(Path(snakemake.output.draws)) as temporary:
        np.savez(
            temporary,
            allow_pickle=False,
            draws=draws,
            rhat=reference.rhat,
            ess=reference.ess,
            acceptance=np.array(reference.acceptance),
            floor=np.array(two_sample_accuracy(draws[::2], draws[1::2])),
        )
