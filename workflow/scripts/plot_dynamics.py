"""Draws the figures that compare systems."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.job import job
from pathlode.plots import comparisons
from pathlode.plots.style import save
from pathlode.systems.contract import SimulatedData

with job(snakemake.log[0], snakemake.threads):
    params, files = snakemake.params, snakemake.input
    scores = pd.read_csv(files.scores)
    data = {name: SimulatedData.load(Path(path)) for name, path in zip(params.systems, files.data, strict=True)}
    pairs = itertools.product(params.systems, params.losses)
    predicted = {pair: np.load(path)["predicted"] for pair, path in zip(pairs, files.curves, strict=True)}
    figures = {
        "systems": comparisons.systems(data, predicted, params.losses),
        "encoders": comparisons.encoders(scores),
        "observations": comparisons.observations(scores, params.encoder),
        "sizes": comparisons.sizes(pd.read_csv(files.sizes)),
    }
    for path in snakemake.output:
        save(figures[Path(path).stem], path)
