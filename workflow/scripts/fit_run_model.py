"""Fits latent ODEs of several seeds to the runs of a task's sweep, or to some of them."""

import json
from pathlib import Path

from pathlode.progress import Progress
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.reporting.tables import joined
from pathlode.schedule.model import FitConfig, fit_stacked
from pathlode.schedule.policy_runs import learnable, swept
from pathlode.training.resume import discard_checkpoints, run_resumably

with job(snakemake) as origin:
    params, files = snakemake.params, snakemake.output
    sweep = swept(joined(snakemake.input.logs), **params.chosen)
    runs = learnable(sweep, f"the sweep of {snakemake.wildcards.task}")
    config = FitConfig(**params.fit)
    progress = Progress(f"{snakemake.wildcards.task}, {snakemake.wildcards.fit}", config.steps)
    folder = Path(files.cards).parent
    models = fit_stacked(
        runs,
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
    cards = [model.card | {"seed": model.config.seed} for model in models]
    Path(files.cards).write_text(json.dumps(cards, indent=1))
    discard_checkpoints(folder)
