"""Finds the best schedule of a solvable task, and what every policy chooses and reaches in each replicate of a batch."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.schedule.solvable.policies import TrialConfig
from pathlode.schedule.solvable.steered import Steering
from pathlode.schedule.solvable.trial import SolvableTrial

with job(snakemake):
    params, files = snakemake.params, snakemake.output
    config, steering = TrialConfig(**params.trial), Steering(**params.steering)
    trial = SolvableTrial(snakemake.wildcards.solvable_task, params.replicates, config, steering)
    outcomes, schedules = trial.run()
    outcomes.save(Path(files.outcomes))
    schedules.save(Path(files.schedules))
