"""Draws the data sets of a batch of replicates from a simulated system."""

from pathlib import Path

from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

with job(snakemake):
    settings = dict(snakemake.params.simulate)
    settings["window"] = tuple(settings["window"])
    system = SYSTEMS[snakemake.params.system]()
    data = simulate_replicates(system, SimulationConfig(**settings), snakemake.params.replicates)
    data.save(Path(snakemake.output.data))
