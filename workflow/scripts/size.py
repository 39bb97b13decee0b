"""Trains and scores models of several sizes of one row, at the learning rate and weight tuned for that row."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.artefacts import Chosen, Sizes
from pathlode.dynamics.cost import cost
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.windows import window_errors
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.experiment import Experiment
from pathlode.training.resume import discard_checkpoints

with job(snakemake):
    wildcards, params = snakemake.wildcards, snakemake.params
    data, table = SimulatedData.load(Path(snakemake.input.data)), Path(snakemake.output.table)
    own = identity(snakemake)
    chosen = Chosen.load(Path(snakemake.input.chosen)).of(params.replicates)
    fixed = params.settings | params.parts | chosen | {"seeds": params.replicates}
    rows = []
    for number, size in enumerate(params.sizes, start=1):
        label = f"{wildcards.system}, {wildcards.row}, size {number} of {len(params.sizes)}"
        experiment = Experiment(**fixed | {"sizes": params.settings["sizes"] | size})
        fitted = experiment.run(data.observed, table.parent, own, label, device(snakemake.resources.get("gpu", 0)))
        inside, beyond = window_errors(fitted.model, data["test"], Adaptive(**params.evaluate))
        scores = {
            "seed": params.replicates,
            **cost(fitted.model, fitted.seconds),
            "interpolation_nmse": inside.numpy(),
            "extrapolation_nmse": beyond.numpy(),
        }
        rows.append(pd.DataFrame(params.setting | scores))
    Sizes(pd.concat(rows)).save(table)
    discard_checkpoints(table.parent)
