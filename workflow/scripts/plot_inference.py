"""Draws the figures of the inference chapter."""

from pathlib import Path

import numpy as np

from pathlode.inference.reference_posteriors import References
from pathlode.inference.scores import ComparedFlows, ShiftedScores, ShownPosteriors
from pathlode.inference.trajectories import PosteriorTrajectories
from pathlode.plots import inference, posteriors
from pathlode.plots.style import save_figures
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

SHOWN = 4  # systems simulated again from their posteriors

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    system = SYSTEMS[params.system]()
    names, box = system.parameters, np.array([system.low, system.high])
    kept = {each.summary: each for each in (ShownPosteriors.load(Path(path)) for path in files.arrays)}
    name, first = next(iter(kept.items()))
    every = References.load_all(files.references)
    references = every.of(params.replicate)
    compared = {name: kept[name].draws[:, 0] for name in params.compared}
    nearest = max(kept.values(), key=lambda each: each.effective)
    sharpened = {f"{nearest.summary}, sharpened": nearest.sharpened}
    simulated = PosteriorTrajectories.of(system, references, first.draws[: params.predicted, :SHOWN])
    scores = ComparedFlows.load(Path(files.scores)).table
    robustness = ShiftedScores.load(Path(files.robustness)).table
    figures = {
        "posterior": posteriors.posterior(names, references.truth[0], references.draws[0], compared, sharpened),
        "recovery": posteriors.recovery(names, first.truth, first.mean, first.std, name),
        "ranks": inference.ranks(names, {name: each.ranks for name, each in kept.items()}),
        "coverage": inference.coverage(
            {name: (each.tarp_levels, each.tarp_covered) for name, each in kept.items()},
            {name: (each.levels, each.coverage) for name, each in kept.items()},
            len(first.truth),
        ),
        "predictive": posteriors.predictive(simulated, system.features, name),
        "simulations": inference.simulations(scores, every.mean_c2st_floor),
        "cost": inference.gap_and_cost(scores, every.seconds),
        "robustness": inference.robustness(robustness[robustness["backend"] == params.backend]),
        "outside": posteriors.outside(
            names, np.array(params.outside), {name: each.outside for name, each in kept.items()}, box
        ),
    }
    save_figures(figures, snakemake.output)
