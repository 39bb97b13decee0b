"""Draws the figures of the inference chapter."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.arrays import load_groups
from pathlode.dynamics.data import SimulatedData
from pathlode.plots import inference
from pathlode.plots.style import save_figure
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

SHOWN = 4  # systems whose posteriors are simulated again
KEPT = ("ranks", "tarp_levels", "tarp_covered", "coverage", "levels", "mean", "std", "draws", "outside")

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    system, data = SYSTEMS[params.system](), SimulatedData.load(Path(files.data))
    test, names, box = data["test"], data.parameters, np.array([system.low, system.high])
    kept = {name: arrays for path in files.arrays for name, arrays in load_groups(Path(path), *KEPT).items()}
    first, truth = next(iter(kept)), test.parameters.numpy()
    references = [np.load(path) for path in files.references]
    compared = {name: kept[name]["draws"][:, 0] for name in params.compared}
    shown = range(min(SHOWN, len(references)))
    end = float(test.observed.times[list(shown)].max())
    times = np.linspace(0, 1.5 * end, 200)
    draws = kept[first]["draws"][: params.predicted, list(shown)]
    grid = np.broadcast_to(times, (draws.shape[0] * draws.shape[1], len(times)))
    again = system.solution(draws.reshape(-1, draws.shape[2]).astype(float), grid)
    seen = [(test.observed.times[i].numpy(), test.observed.values[i].numpy()) for i in shown]
    clean = system.solution(truth[list(shown)], grid[: len(shown)])
    robustness = pd.read_csv(files.robustness)
    figures = {
        "posterior": inference.posterior(names, truth[0], references[0]["draws"], compared),
        "recovery": inference.recovery(names, truth, kept[first]["mean"], kept[first]["std"], first),
        "ranks": inference.ranks(names, {name: arrays["ranks"] for name, arrays in kept.items()}),
        "coverage": inference.coverage(
            {name: (arrays["tarp_levels"], arrays["tarp_covered"]) for name, arrays in kept.items()},
            {name: (arrays["levels"], arrays["coverage"]) for name, arrays in kept.items()},
            len(truth),
        ),
        "predictive": inference.predictive(
            times, data.features, clean, again.reshape(*draws.shape[:2], *again.shape[1:]), seen, first
        ),
        "simulations": inference.simulations(
            pd.read_csv(files.scores),
            float(np.mean([each["c2st_floor"] for each in references])),
        ),
        "robustness": inference.robustness(robustness[robustness["backend"] == params.backend]),
        "outside": inference.outside(
            names, np.array(params.outside), {name: arrays["outside"] for name, arrays in kept.items()}, box
        ),
    }
    for path in snakemake.output:
        save_figure(figures[Path(path).stem], path)
