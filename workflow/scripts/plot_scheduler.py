"""Draws the figures of the scheduler chapter."""

from pathlib import Path

import pandas as pd

from pathlode.plots import scheduler
from pathlode.plots.style import save_figure
from pathlode.reporting.job import job
from pathlode.schedule.artefacts import FINAL, PolicyLogs
from pathlode.schedule.comparison import BEST_PARAMETRIC
from pathlode.schedule.forecast import forecast
from pathlode.schedule.model import load_run_model

MOMENTS = (0.2, 0.5, 0.75)  # shares of the training at the ends of the windows that forecasts are made from

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    logs = PolicyLogs.load(*map(Path, files.logs)).table
    logs = logs[logs["phase"] == FINAL]
    outcomes = pd.read_csv(files.outcomes)
    outcomes = outcomes[outcomes["schedule"] != BEST_PARAMETRIC]  # which stands there under its own name
    forecasts = {}
    for task, file in zip(params.tasks, files.models, strict=True):
        run = logs[(logs["task"] == task) & (logs["schedule"] == params.ours)]
        run = run[run["seed"] == run["seed"].iloc[0]]
        model = load_run_model(Path(file))
        forecasts[task] = run, [forecast(model, run, share) for share in MOMENTS]
    figures = {
        "schedules": scheduler.schedules(logs, params.parametric, params.ours),
        "validation": scheduler.validation(logs, params.compared, params.ours),
        "predictions": scheduler.predictions(forecasts),
        "accuracy": scheduler.by_schedule(
            outcomes, "test_last", "test accuracy, last epoch (%)", params.ours, percent=True
        ),
        "sharpness": scheduler.by_schedule(outcomes, "sharpness", "top Hessian eigenvalue", params.ours, log=True),
        "horizon": scheduler.horizon(logs, params.ours, params.early),
    }
    for path in snakemake.output:
        save_figure(figures[Path(path).stem], path)
