"""Chooses a loss's learning rate and weight from a small grid, by validation error."""

import json
from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.tuning import candidates, choose
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.resume import discard_checkpoints

with job(snakemake):
    wildcards, tune = snakemake.wildcards, snakemake.params.tune
    grid = candidates(
        tune["learning_rates"],
        tune["weights"],
        wildcards.loss,
        encoder=tune["encoder"],
        seeds=tune["seeds"],
        model=snakemake.params.model,
        train=snakemake.params.train,
    )
    chosen = Path(snakemake.output.chosen)
    rows = choose(
        grid,
        SimulatedData.load(Path(snakemake.input.data)),
        chosen.parent,
        identity(snakemake),
        Adaptive(**snakemake.params.evaluate),
        device(snakemake.resources.get("gpu", 0)),
    )
    table = pd.DataFrame(rows)
    for position, name in enumerate(("system", "loss")):
        table.insert(position, name, wildcards[name])
    table.to_csv(snakemake.output.table, index=False)
    chosen.write_text(json.dumps({name: rows[0][name] for name in ("learning_rate", "weight")}))
    discard_checkpoints(chosen.parent)
