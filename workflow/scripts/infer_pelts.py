"""Fits a flow to each replicate's simulated pelts, and draws from its posterior given the measured ones."""

from pathlib import Path

from pathlode.models.saving import load_fitted
from pathlode.real.hudson_bay import read_pelts
from pathlode.real.pelt_posteriors import flow_posteriors
from pathlode.real.pelt_results import SimulatedPelts
from pathlode.reporting.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    pelts, simulated = read_pelts(Path(files.pelts)), SimulatedPelts.load(Path(files.simulated))
    models, record = load_fitted(Path(files.model)) if files.model else (None, None)
    seconds = record.seconds / len(params.replicates) if record else 0.0
    name, settings = snakemake.wildcards.pelt_summary, (params.replicates, params.flow, params.draws, seconds)
    flow_posteriors(name, pelts, simulated, models, *settings).save(Path(snakemake.output.posteriors))
