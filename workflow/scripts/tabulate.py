"""Joins the results of all rows into tables, and summarises them."""

from pathlib import Path

from pathlode.dynamics.artefacts import Probes, Scores, Sizes, SizesNeeded, Tuning
from pathlode.dynamics.columns import parameters_needed, time_to_target
from pathlode.dynamics.step_costs import StepCosts, TimedToTarget, with_paired_seconds
from pathlode.reporting.job import job
from pathlode.reporting.tables import summarise, write
from pathlode.training.history import History

ERRORS = {"interpolation_nmse": "NMSE inside", "extrapolation_nmse": "next window"}
SHAPES = {
    "far_nmse": "after that",
    "period_error": "period error",
    "amplitude_error": "amplitude error",
    "orbit_distance": "orbit distance",
    "variance_within": "variance within",
}
ROW = ["system", "row"]

with job(snakemake):
    files, tables, params = snakemake.input, snakemake.output, snakemake.params
    scores, sizes = Scores.load(*map(Path, files.scores)), Sizes.load(*map(Path, files.sizes))
    histories = History.load(*map(Path, files.histories)).table
    costs = StepCosts.load(*map(Path, files.step_costs)).table
    training = TimedToTarget(with_paired_seconds(time_to_target(histories, params.in_time), costs))
    needed = SizesNeeded(parameters_needed(sizes.table, params.compared, "extrapolation_nmse"))
    scores.save(Path(tables.dynamics))
    sizes.save(Path(tables.sizes))
    training.save(Path(tables.training))
    needed.save(Path(tables.sizes_needed))
    Tuning.load(*map(Path, files.tuning)).save(Path(tables.tuning))
    whole = scores.table[scores.table["observations"] == "all"]
    shown = scores.table[scores.table["row"].isin(params.shown)]
    times = {"steps_to_target": "steps to target", "seconds_to_target": "seconds to target"}
    probes = Probes.load(Path(files.probes)).table
    write(summarise(whole, ROW, ERRORS | SHAPES), *tables.dynamics_summary)
    write(summarise(shown, [*ROW, "observations"], ERRORS), *tables.observations_summary)
    write(summarise(training.table, ROW, times), *tables.training_summary)
    write(summarise(sizes.table, [*ROW, "n_parameters"], ERRORS), *tables.sizes_summary)
    write(summarise(probes, [*ROW, "parameter"], {"r2": "R2"}), *tables.probes_summary)
