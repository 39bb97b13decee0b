"""In each replicate of a batch, trains a task with every candidate setting of one policy, and once more with the best one."""

from pathlib import Path

from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.schedule.policy_runs import PolicyPlan, tune_and_train
from pathlode.schedule.tasks.settings import TaskSettings
from pathlode.schedule.training import RunConfig
from pathlode.training.resume import checkpoint_path, discard_checkpoints

with job(snakemake):
    params, wildcards, files = snakemake.params, snakemake.wildcards, snakemake.output
    folder = Path(files.logs).parent
    task = TaskSettings(**params.task).read(Path("resources"), device(snakemake.resources.get("gpu", 0)))
    plans = [
        PolicyPlan(
            task=wildcards.task,
            schedule=wildcards.policy,
            policy=wildcards.policy,
            settings={f"{value:g}": value for value in params.settings},
            seed=seed,
            repeats=params.repeats,
            config=RunConfig(**params.run),
            sharpness_examples=params.sharpness_examples,
            swept=params.swept,
        )
        for seed in params.replicates
    ]
    runs = tune_and_train(task, plans, checkpoint_path(folder, identity(snakemake)))
    runs.outcomes.save(Path(files.outcomes))
    runs.logs.save(Path(files.logs))
    discard_checkpoints(folder)
