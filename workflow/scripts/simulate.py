"""Draws a data set from a simulated system."""

from pathlib import Path

from pathlode.job import job
from pathlode.registry import SYSTEMS
from pathlode.systems.contract import SimulationConfig, simulate

with job(snakemake):
    settings = dict(snakemake.params.simulate)
    settings["window"] = tuple(settings["window"])
    system = SYSTEMS[snakemake.params.system]()
    simulate(system, SimulationConfig(**settings)).save(Path(snakemake.output.data))
