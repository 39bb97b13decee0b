"""Trains and scores models of several sizes with one loss, at the rate and weight that were chosen for it."""

import json
from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.scores import window_errors
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.experiment import Experiment
from pathlode.training.resume import discard_checkpoints

with job(snakemake):
    wildcards, params = snakemake.wildcards, snakemake.params
    data, table = SimulatedData.load(Path(snakemake.input.data)), Path(snakemake.output.table)
    own = identity(snakemake)
    chosen = json.loads(Path(snakemake.input.chosen).read_text())
    rows = []
    for number, size in enumerate(params.sizes, start=1):
        experiment = Experiment(
            encoder=params.encoder,
            loss=wildcards.loss,
            seeds=params.seeds,
            model=params.model | size,
            train=params.train,
            **chosen,
        )
        label = f"{wildcards.system}, {wildcards.loss}, size {number} of {len(params.sizes)}"
        trainer = experiment.run(data.observed, table.parent, own, label, device(snakemake.resources.get("gpu", 0)))
        inside, beyond = window_errors(trainer.model, data["test"], Adaptive(**params.evaluate))
        rows.append(
            pd.DataFrame(
                {
                    "system": wildcards.system,
                    "loss": wildcards.loss,
                    "seed": params.seeds,
                    "n_parameters": trainer.model.parameters_per_member,
                    "train_seconds": trainer.seconds / len(params.seeds),
                    "interpolation_nmse": inside.numpy(),
                    "extrapolation_nmse": beyond.numpy(),
                }
            )
        )
    pd.concat(rows).to_csv(table, index=False, float_format="%.6g")
    discard_checkpoints(table.parent)
