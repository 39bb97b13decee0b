"""Joins the results of all rows into tables, and summarises them."""

from pathlib import Path

from pathlode.dynamics.artefacts import Probes, Scores, Sizes, SizesNeeded, TimesToTarget, Tuning
from pathlode.dynamics.columns import parameters_needed, time_to_target
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
    scores, sizes, tuning, histories = (
        kind.load(*map(Path, given)).table
        for kind, given in (
            (Scores, files.scores),
            (Sizes, files.sizes),
            (Tuning, files.tuning),
            (History, files.histories),
        )
    )
    training = time_to_target(histories, params.in_time)
    write(scores, tables.dynamics)
    write(tuning, tables.tuning)
    write(sizes, tables.sizes)
    TimesToTarget(training).save(Path(tables.training))
    SizesNeeded(parameters_needed(sizes, params.compared, "extrapolation_nmse")).save(Path(tables.sizes_needed))
    shown = scores[scores["row"].isin(params.shown)]
    times = {"steps_to_target": "steps to target", "seconds_to_target": "seconds to target"}
    probes = Probes.load(Path(files.probes)).table
    write(summarise(scores[scores["observations"] == "all"], ROW, ERRORS | SHAPES), *tables.dynamics_summary)
    write(summarise(shown, [*ROW, "observations"], ERRORS), *tables.observations_summary)
    write(summarise(training, ROW, times), *tables.training_summary)
    write(summarise(sizes, [*ROW, "n_parameters"], ERRORS), *tables.sizes_summary)
    write(summarise(probes, [*ROW, "parameter"], {"r2": "R2"}), *tables.probes_summary)
