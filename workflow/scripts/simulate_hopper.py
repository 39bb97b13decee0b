"""Simulates trajectories of the hopper, or invents them."""

from pathlib import Path

from pathlode.real.hopper import invented_hoppers, simulate_hoppers
from pathlode.reporting.job import job

with job(snakemake):
    files, number = snakemake.input, snakemake.params.simulated
    found = simulate_hoppers(Path(files.robot), number) if files.robot else invented_hoppers(number)
    found.save(Path(snakemake.output.trajectories))
