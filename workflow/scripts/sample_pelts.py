"""Draws from the posteriors of lynx and hare by Markov chains, once for every replicate."""

from pathlib import Path

from pathlode.inference.reference import McmcConfig
from pathlode.real.hudson_bay import read_pelts
from pathlode.real.pelt_posteriors import exact_posteriors
from pathlode.reporting.job import job

with job(snakemake):
    params, pelts = snakemake.params, read_pelts(Path(snakemake.input.pelts))
    found = exact_posteriors(pelts, params.replicates, McmcConfig(**params.mcmc), params.draws)
    found.save(Path(snakemake.output.posteriors))
