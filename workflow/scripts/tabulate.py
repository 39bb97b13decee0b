"""Joins the results of all rows into tables, and summarises them."""

from math import isnan
from pathlib import Path

from pathlode.dynamics.artefacts import Probes, Scores, Sizes, SizesNeeded, Tuning
from pathlode.dynamics.columns import choices_at_edges, late_falls, parameters_needed, time_to_target
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
TIMES = {"steps_to_target": "steps to target", "seconds_to_target": "seconds to target"}
FALL = {"late_fall": "error at the end / at nine tenths of the steps"}
EDGES = {
    "learning_rate_tried": "rates tried",
    "learning_rate_smallest": "chose the smallest rate",
    "learning_rate_largest": "chose the largest rate",
    "weight_tried": "weights tried",
    "weight_smallest": "chose the smallest weight",
    "weight_largest": "chose the largest weight",
}
ROW = ["system", "row"]


def percent(share: float) -> str:
    """A share as text."""
    return "–" if isnan(share) else f"{share:.0%}"


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
    tuning = Tuning.load(*map(Path, files.tuning))
    tuning.save(Path(tables.tuning))
    whole = scores.table[scores.table["observations"] == "all"]
    shown = scores.table[scores.table["row"].isin(params.shown)]
    probes = Probes.load(Path(files.probes)).table
    write(summarise(whole, ROW, ERRORS | SHAPES), *tables.dynamics_summary)
    write(summarise(shown, [*ROW, "observations"], ERRORS), *tables.observations_summary)
    ends = training.table.merge(late_falls(histories), on=[*ROW, "seed"], how="left")
    write(summarise(ends, ROW, TIMES | FALL), *tables.training_summary)
    edges = choices_at_edges(tuning.table)
    shares = edges.select_dtypes("number").map(percent)
    write(edges.assign(**shares).rename(columns=EDGES), *tables.tuning_summary)
    write(summarise(sizes.table, [*ROW, "n_parameters"], ERRORS), *tables.sizes_summary)
    write(summarise(probes, [*ROW, "parameter"], {"r2": "R2"}), *tables.probes_summary)
