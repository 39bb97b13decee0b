"""Trains a task with every candidate setting of one policy, and with the best of them on the seeds that count."""

from pathlib import Path

from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.schedule.policy_runs import TUNING, read_task, tune_and_train
from pathlode.schedule.training import RunConfig
from pathlode.training.resume import checkpoint_path, discard_checkpoints

with job(snakemake):
    params, name = snakemake.params, snakemake.wildcards.policy
    task = read_task(params.task, Path("resources"), device(snakemake.resources.get("gpu", 0)))
    settings = {f"{value:g}": value for value in params.settings}
    trained = tune_and_train(
        task,
        snakemake.wildcards.task,
        name,
        name,
        settings,
        params.tuning_seeds,
        params.seeds,
        RunConfig(**params.task["run"]),
        checkpoint_path(Path(snakemake.output.logs).parent, identity(snakemake)),
    )
    outcomes = trained.outcomes
    spent = float(outcomes.loc[outcomes["phase"] == TUNING, "seconds"].sum())
    outcomes.assign(seconds_before=spent).to_csv(snakemake.output.outcomes, index=False, float_format="%.6g")
    trained.logs.to_csv(snakemake.output.logs, index=False, float_format="%.8g")
    discard_checkpoints(Path(snakemake.output.logs).parent)
