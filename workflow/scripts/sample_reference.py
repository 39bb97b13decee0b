"""Draws from the reference posterior of one held-out system, and says how likely it makes the truth, and how well two halves of
the draws agree.
"""

from pathlib import Path

import numpy as np

from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import SimulatedData
from pathlode.files import writing
from pathlode.inference.c2st import c2st
from pathlode.inference.predictive import predictive_coverage
from pathlode.inference.reference import McmcConfig, log_likelihood, sample
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

with job(snakemake):
    params, number = snakemake.params, int(snakemake.wildcards.number)
    system, data = SYSTEMS[params.system](), SimulatedData.load(Path(snakemake.input.data))["test"]
    series = data.observed
    one = TimeSeries(series.times[number : number + 1], series.values[number : number + 1])
    low, high = np.array(system.low), np.array(system.high)
    times, values = one.times[0].numpy(), one.values[0].numpy()
    reference = sample(system, low, high, times, values, params.noise, McmcConfig(**params.mcmc), seed=number)
    draws = reference.thinned(2 * params.draws)
    exact = log_likelihood(system, data.parameters[number : number + 1].numpy(), times, values, params.noise)
    some = reference.thinned(params.predicted)
    with writing(Path(snakemake.output.draws)) as temporary:
        np.savez(
            temporary,
            allow_pickle=False,
            draws=draws,
            rhat=reference.rhat,
            ess=reference.ess,
            acceptance=np.array(reference.acceptance),
            log_prob=exact[0] - reference.log_evidence - np.log(high - low).sum(),
            c2st_floor=np.array(c2st(draws[::2], draws[1::2])),
            predictive_coverage=np.array(predictive_coverage(system, some[:, None], one, params.noise)),
        )
