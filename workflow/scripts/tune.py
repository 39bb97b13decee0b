"""Chooses a row's learning rate and penalty weight for each replicate, by validation error."""

from pathlib import Path

import pandas as pd

from pathlode.dynamics.artefacts import Chosen, Tuning
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.tried_values import Axis
from pathlode.dynamics.tuning import Tuner
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.resume import discard_checkpoints

with job(snakemake):
    params, chosen = snakemake.params, Path(snakemake.output.chosen)
    tuner = Tuner(
        SimulatedData.load(Path(snakemake.input.data)),
        params.replicates,
        params.settings | params.parts,
        Axis(**params.learning_rates),
        Axis(**params.weights),
        params.tuned_by,
        chosen.parent,
        identity(snakemake),
        device(snakemake.resources.get("gpu", 0)),
        params.strict,
    )
    tried = tuner.choose()
    best = tried.groupby("seed", sort=False).head(1)
    facts = pd.DataFrame(params.setting | {"tuned_by": params.tuned_by}, index=tried.index)
    Tuning(facts.join(tried)).save(Path(snakemake.output.table))
    Chosen(*(best[name].tolist() for name in ("seed", "learning_rate", "weight"))).save(chosen)
    discard_checkpoints(chosen.parent)
