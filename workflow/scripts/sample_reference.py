"""Draws from the reference posteriors of some held-out systems; computes the log-density of the truth, the agreement of two
halves of the draws and, for the first systems of each replicate, the agreement with another sampler.
"""

from pathlib import Path

from pathlode.dynamics.data import SimulatedData
from pathlode.inference.ensemble import EnsembleConfig
from pathlode.inference.held_out import reference_posterior
from pathlode.inference.reference import McmcConfig
from pathlode.inference.reference_posteriors import References
from pathlode.progress import Progress
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

with job(snakemake):
    params, parts = snakemake.params, []
    data, system = SimulatedData.load(Path(snakemake.input.data)), SYSTEMS[params.system]()
    held_out = {seed: data.replicate(place)["test"] for place, seed in enumerate(params.replicates)}
    mcmc, second = McmcConfig(**params.mcmc), EnsembleConfig(**params.second)
    progress = Progress("reference posteriors", len(params.held_out))
    for seed, number in params.held_out:
        settings = (params.noise, mcmc, params.draws, params.predicted, second if number < params.repeated else None)
        parts.append(reference_posterior(system, held_out[seed], seed, number, *settings))
        progress(len(parts), f"sampled, effective sample size {parts[-1].ess.min():.0f}")
    References.joined(parts).save(Path(snakemake.output.draws))
