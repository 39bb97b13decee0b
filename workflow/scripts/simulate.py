"""Draws a data set from a simulated system."""

from pathlib import Path

from pathlode.dynamics.data import SimulationConfig, simulate
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

with job(snakemake):
    settings = dict(snakemake.params.simulate)
    settings["window"] = tuple(settings["window"])
    system = SYSTEMS[snakemake.params.system]()
    simulate(system, SimulationConfig(**settings)).save(Path(snakemake.output.data))
