"""Makes the series of a published task on the hopper, and splits them once per replicate."""

from pathlib import Path

from pathlode.real.hopper import HopperTrajectories
from pathlode.real.hopper_tasks import posed, split_hopper
from pathlode.reporting.job import job

with job(snakemake):
    params, goal = snakemake.params, snakemake.wildcards.goal
    trajectories = HopperTrajectories.load(Path(snakemake.input.trajectories))
    measured = posed(trajectories, goal, params.observed)
    measured.save(Path(snakemake.output.series))
    for replicate, path in zip(params.replicates, snakemake.output.splits, strict=True):
        split_hopper(measured, goal, params.observed, params.validation, replicate).save(Path(path))
