"""Draws the figures of the scheduler chapter."""

from pathlib import Path

from pathlode.plots import scheduler
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job
from pathlode.schedule.artefacts import FINAL, PolicyLogs, PolicyScores
from pathlode.schedule.comparison import BEST_PARAMETRIC, FREQUENT
from pathlode.schedule.forecast import PolicyForecasts

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    logs = PolicyLogs.load(*map(Path, files.logs)).table
    logs = logs[logs["phase"] == FINAL]
    outcomes = PolicyScores.load(Path(files.outcomes)).table
    outcomes = outcomes[
        ~outcomes["schedule"].isin([BEST_PARAMETRIC, FREQUENT])
    ]  # under its own name too, and no policy
    made = PolicyForecasts.load(*map(Path, files.forecasts))
    ours = logs[logs["schedule"] == params.ours]
    forecasts = {
        task: (run[run["seed"] == run["seed"].iloc[0]], made.forecasts(str(task), params.ours))
        for task, run in ours.groupby("task", sort=False)
    }
    figures = {
        "schedules": scheduler.schedules(logs, params.parametric, params.ours),
        "validation": scheduler.validation(logs, params.compared, params.ours),
        "predictions": scheduler.forecasts(forecasts),
        "accuracy": scheduler.by_schedule(
            outcomes, "test_last", "test accuracy, last epoch (%)", params.ours, percent=True
        ),
        "sharpness": scheduler.by_schedule(outcomes, "sharpness", "top Hessian eigenvalue", params.ours, log=True),
        "horizon": scheduler.horizon(logs, params.ours, params.early),
    }
    save_figures(figures, snakemake.output)
