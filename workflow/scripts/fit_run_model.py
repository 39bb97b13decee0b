"""Fits latent ODEs with several seeds to the runs of a task's sweep, or to some of them."""

from pathlib import Path

from pathlode.progress import Progress
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.schedule.artefacts import PolicyLogs, RunModelFits
from pathlode.schedule.fitting import fit_stacked
from pathlode.schedule.run_model import FitConfig
from pathlode.schedule.sweep import learnable, swept
from pathlode.training.resume import discard_checkpoints, run_resumably

with job(snakemake) as origin:
    params, wildcards, files = snakemake.params, snakemake.wildcards, snakemake.output
    folder = Path(files.fits).parent
    sweep = swept(PolicyLogs.load(*map(Path, snakemake.input.logs)).table, **params.chosen)
    config = FitConfig(**params.fit)
    progress = Progress(f"{wildcards.task}, {wildcards.fit}", config.steps)
    models = fit_stacked(
        learnable(sweep, f"the sweep of {wildcards.task}"),
        config,
        params.seeds,
        lambda trainer: run_resumably(
            trainer,
            folder,
            identity(snakemake),
            lambda row: progress(row.step, f"steps, median validation MSE {float(row.mse.median()):.3f}"),
        ),
    )
    for model, file in zip(models, files.models, strict=True):
        model.save(Path(file), origin=origin())
    RunModelFits.of(wildcards.task, wildcards.fit, models).save(Path(files.fits))
    discard_checkpoints(folder)
