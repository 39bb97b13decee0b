"""Joins the results of all settings into tables, and sums them up."""

from pathlib import Path

import pandas as pd

from pathlode.dynamics.columns import parameters_needed, time_to_target
from pathlode.reporting.job import job
from pathlode.reporting.tables import joined, summarise, write

ERRORS = {"interpolation_nmse": "NMSE inside", "extrapolation_nmse": "next window"}
SHAPES = {
    "far_nmse": "after that",
    "period_error": "period error",
    "amplitude_error": "amplitude error",
    "orbit_distance": "orbit distance",
    "variance_within": "variance within",
}
SETTING = ["system", "encoder", "loss"]


with job(snakemake):
    files, tables, params = snakemake.input, snakemake.output, snakemake.params
    scores, sizes = joined(files.scores), joined(files.sizes)
    training = time_to_target(joined(files.histories), params.compared)
    write(scores, tables.dynamics)
    write(joined(files.tuning), tables.tuning)
    write(training, tables.training)
    write(sizes, tables.sizes)
    write(parameters_needed(sizes, params.compared, "extrapolation_nmse"), tables.sizes_needed)
    first = scores[scores["encoder"] == params.encoder]
    summaries = {
        "dynamics_summary": summarise(scores[scores["observations"] == "all"], SETTING, ERRORS | SHAPES),
        "observations_summary": summarise(first, ["system", "loss", "observations"], ERRORS),
        "training_summary": summarise(
            training, SETTING, {"steps_to_target": "steps to target", "seconds_to_target": "seconds to target"}
        ),
        "sizes_summary": summarise(sizes, ["system", "loss", "n_parameters"], ERRORS),
        "probes_summary": summarise(pd.read_csv(files.probes), [*SETTING, "parameter"], {"r2": "R2"}),
    }
    for path in tables.summaries:
        write(summaries[Path(path).stem], path)
