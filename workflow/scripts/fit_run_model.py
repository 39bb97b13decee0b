"""Fits a latent ODE to the runs of a task's sweep, or to some of them."""

import json
import time
from pathlib import Path

from pathlode.job import job
from pathlode.progress import Progress
from pathlode.schedule.model import FitConfig, fit
from pathlode.schedule.study import learnable, swept
from pathlode.tables import joined

with job(snakemake):
    params = snakemake.params
    sweep = swept(joined(snakemake.input.logs), **params.chosen)
    runs = learnable(sweep, f"the sweep of {snakemake.wildcards.task}")
    config = FitConfig(**params.fit)
    progress = Progress(f"{snakemake.wildcards.task}, {snakemake.wildcards.fit}", config.steps)
    started = time.process_time()
    model = fit(runs, config, lambda row: progress(row.step, f"steps, validation MSE {float(row.mse[0]):.3f}"))
    spent = time.process_time() - started
    model.save(Path(snakemake.output.model))
    Path(snakemake.output.card).write_text(json.dumps({**model.card, "seconds": spent}, indent=1))
