"""Fits models of which an expert knows a part, and their rivals, to few series of one batch of replicates, and scores them."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import SimulatedData
from pathlode.registry import SYSTEMS
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.rivals.hybrids import FewSeries, first_series
from pathlode.rivals.results import HybridScores
from pathlode.training.resume import discard_checkpoints

with job(snakemake):
    params, output = snakemake.params, Path(snakemake.output.scores)
    data = SimulatedData.load(Path(snakemake.input.data))
    few = FewSeries(
        SYSTEMS[params.system](),
        data["test"],
        {row: settings | {"seeds": params.replicates} for row, settings in params.settings.items()},
        output.parent,
        identity(snakemake),
        device(snakemake.resources.get("gpu", 0)),
        Adaptive(**params.evaluate),
    )
    tables = [
        few.scores(first_series(data.observed, count)).assign(training_series=count) for count in params.training_sets
    ]
    table = pd.concat(tables).assign(data=snakemake.wildcards.system)
    HybridScores(table[list(HybridScores.columns)]).save(output)
    discard_checkpoints(output.parent)
