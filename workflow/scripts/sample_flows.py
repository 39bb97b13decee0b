"""Draws windows of a group of chaotic flows for a batch of replicates, and the orbits that follow them."""

from dataclasses import replace
from pathlib import Path

from pathlode.chaos.sampling import Sampling, sample_flows
from pathlode.reporting.job import job

with job(snakemake):
    params = snakemake.params
    ranges = {name: tuple(params.sampling[name]) for name in ("window", "settling")}
    data = sample_flows(params.flows, Sampling(**params.sampling | ranges), params.replicates)
    replace(data, flows=[name + params.suffix for name in data.flows]).save(Path(snakemake.output.data))
