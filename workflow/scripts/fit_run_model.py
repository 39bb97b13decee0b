"""Fits a latent ODE to the runs of each replicate's sweep of a task, or to some of them; all replicates of a batch together."""

from pathlib import Path

from pathlode.files import digest
from pathlode.progress import Progress
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.schedule.artefacts import PolicyLogs, RunModelFits
from pathlode.schedule.fitting import fit_stacked
from pathlode.schedule.run_model import FitConfig, save_run_models
from pathlode.schedule.sweep import learnable, swept
from pathlode.training.resume import discard_checkpoints, run_resumably

with job(snakemake) as origin:
    params, wildcards, files = snakemake.params, snakemake.wildcards, snakemake.output
    folder, own = Path(files.fits).parent, identity(snakemake)
    logs, config = PolicyLogs.load(*map(Path, snakemake.input.logs)).table, FitConfig(**params.fit)
    progress = Progress(f"{wildcards.task}, {wildcards.fit}", config.steps)
    models = fit_stacked(
        [
            learnable(swept(logs, seed, **params.chosen), f"the sweep of {wildcards.task} in replicate {seed}")
            for seed in params.replicates
        ],
        config,
        params.replicates,
        lambda trainer: run_resumably(
            trainer,
            folder,
            digest({"job": own, "seeds": list(trainer.model.seeds)}),
            lambda row: progress(row.step, f"steps, median validation MSE {float(row.mse.median()):.3f}"),
        ),
    )
    save_run_models(Path(files.models), models, origin=origin())
    RunModelFits.of(wildcards.task, wildcards.fit, models).save(Path(files.fits))
    discard_checkpoints(folder)
