"""Draws the figures of policies on the solvable tasks."""

from pathlib import Path

from pathlode.plots.solvable import chosen_schedules, from_past_runs, regret
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job
from pathlode.schedule.solvable.artefacts import PastRunsCentres, SolvableRegrets, SolvableSchedules

with job(snakemake):
    files = snakemake.input
    schedules = [SolvableSchedules.load(Path(file)) for file in files.schedules]
    figures = {
        "regret": regret(SolvableRegrets.load(Path(files.regrets)).table),
        "planned": chosen_schedules({each.task: each.rates for each in schedules}),
        "past_runs": from_past_runs(PastRunsCentres.load(Path(files.past_runs)).table),
    }
    save_figures(figures, snakemake.output)
