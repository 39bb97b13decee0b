"""Scores linear regressions of a system's parameters on z0, for every model with z0."""

from pathlib import Path

import pandas as pd

from pathlode.dynamics.artefacts import Evaluations, Probes
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.probes import probed
from pathlode.reporting.job import job

with job(snakemake):
    params, tables = snakemake.params, []
    files = zip(params.settings, params.replicates, snakemake.input.arrays, snakemake.input.data, strict=True)
    for settings, replicates, path, file in files:
        kept, data = Evaluations.load(Path(path)), SimulatedData.load(Path(file))
        latents = {row: (kept.train_z0[row], kept.test_z0[row]) for row in kept.train_z0}
        varied = data.train.parameters.numpy(), data["test"].parameters.numpy()
        table = probed(latents, varied, data.parameters, replicates)
        tables.append(pd.DataFrame(settings).merge(table, on="row"))
    Probes(pd.concat(tables)).save(Path(snakemake.output.probes))
