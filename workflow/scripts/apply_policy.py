"""In each replicate of a batch, trains a task with one policy learnt from the runs of the replicate's sweep."""

from pathlib import Path

from pathlode.registry import POLICIES
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.schedule.artefacts import PolicyLogs
from pathlode.schedule.forecast import MOMENTS, PolicyForecasts, forecast
from pathlode.schedule.learners import Past
from pathlode.schedule.policy_runs import PolicyPlan, tune_and_train
from pathlode.schedule.run_model import load_run_models
from pathlode.schedule.sweep import learnable, seconds_learning, swept
from pathlode.schedule.tasks.settings import TaskSettings
from pathlode.schedule.training import RunConfig
from pathlode.training.resume import checkpoint_path, discard_checkpoints

with job(snakemake):
    params, wildcards, files, plans = snakemake.params, snakemake.wildcards, snakemake.output, []
    folder = Path(files.logs).parent
    task = TaskSettings(**params.task).read(Path("resources"), device(snakemake.resources.get("gpu", 0)))
    logs = PolicyLogs.load(*map(Path, snakemake.input.logs)).table
    models = load_run_models(Path(snakemake.input.models))
    for seed, model in zip(params.replicates, models, strict=True):
        sweep = swept(logs, seed, **params.chosen)
        past = Past(learnable(sweep, "the sweep"), model, seed, params.look_ahead, params.mixes)
        plans.append(
            PolicyPlan(
                task=wildcards.task,
                schedule=wildcards.learner,
                policy=params.policy,
                settings=POLICIES[params.policy].candidates(past),
                seed=seed,
                repeats=params.repeats,
                config=RunConfig(**params.run),
                sharpness_examples=params.sharpness_examples,
                seconds_learning=seconds_learning(sweep, model.card.seconds),
                swept=False,
            )
        )
    runs = tune_and_train(task, plans, checkpoint_path(folder, identity(snakemake)))
    runs.outcomes.save(Path(files.outcomes))
    runs.logs.save(Path(files.logs))
    runs.decisions.save(Path(files.decisions))
    first = runs.final(params.replicates[0])
    forecasts = [forecast(models[0], first, share) for share in MOMENTS]
    PolicyForecasts.of(wildcards.task, wildcards.learner, forecasts).save(Path(files.forecasts))
    discard_checkpoints(folder)
