"""Draws the figures of the scheduler chapter."""

from pathlib import Path

from pathlode.plots import scheduler
from pathlode.plots.style import save_figures
from pathlode.reporting.claim_families import load_claims
from pathlode.reporting.job import job
from pathlode.schedule.artefacts import FINAL, PolicyLogs, PolicyScores, RunModelFits
from pathlode.schedule.comparison import BEST_PARAMETRIC, FREQUENT
from pathlode.schedule.forecast import PolicyForecasts
from pathlode.schedule.runs import FEATURES

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
    fits = RunModelFits.load(Path(files.fits)).table.query("fit == @params.fit")
    firsts = fits.drop_duplicates("task")  # of the first replicate
    errors = {str(fit["task"]): [float(fit[f"error_{name}"]) for name in FEATURES] for _, fit in firsts.iterrows()}
    compared = [claim for claim in load_claims(Path(files.claims)) if claim.metric == "test_last_error"]
    figures = {
        "schedules": scheduler.schedules(logs, params.parametric, params.ours),
        "validation": scheduler.validation(logs, params.compared, params.ours),
        "predictions": scheduler.forecasts(forecasts, errors),
        "accuracy": scheduler.by_schedule(
            outcomes,
            "test_last",
            "test accuracy, last epoch (%)",
            params.ours,
            params.confidence,
            percent=True,
            margin=compared[0].margin.points if compared else None,
        ),
        "sharpness": scheduler.by_schedule(
            outcomes, "sharpness", "top Hessian eigenvalue", params.ours, params.confidence, log=True
        ),
        "horizon": scheduler.horizon(logs, params.ours, params.early),
    }
    save_figures(figures, snakemake.output)
