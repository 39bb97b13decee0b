"""Chooses a row's learning rate and penalty weight from a small grid, by validation error."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.artefacts import Chosen, Tuning
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.tuning import candidates, choose
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.resume import discard_checkpoints

with job(snakemake):
    params, chosen = snakemake.params, Path(snakemake.output.chosen)
    grid = candidates(
        params.tune["learning_rates"],
        params.tune["weights"],
        seeds=params.tune["seeds"],
        model=params.model,
        train=params.train,
        **params.parts,
    )
    rows = choose(
        grid,
        SimulatedData.load(Path(snakemake.input.data)),
        chosen.parent,
        identity(snakemake),
        Adaptive(**params.evaluate),
        device(snakemake.resources.get("gpu", 0)),
    )
    Tuning(pd.DataFrame([params.setting | row for row in rows])).save(Path(snakemake.output.table))
    Chosen(rows[0]["learning_rate"], rows[0]["weight"]).save(chosen)
    discard_checkpoints(chosen.parent)
