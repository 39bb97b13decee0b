"""Plans schedules of a solvable task from few and many past runs, in each replicate of a batch."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.schedule.solvable.artefacts import SolvableOutcomes
from pathlode.schedule.solvable.past_runs import PastRunsTrial
from pathlode.schedule.solvable.policies import TrialConfig

with job(snakemake):
    params = snakemake.params
    optimum = SolvableOutcomes.load(Path(snakemake.input.outcomes)).table["optimum"].iloc[0]
    config, task = TrialConfig(**params.trial), snakemake.wildcards.solvable_task
    trial = PastRunsTrial(task, params.replicates, params.numbers, params.schedules, config, float(optimum))
    trial.run().save(Path(snakemake.output.plans))
