"""How often intervals of 90 % contain what was observed, on new series of simulated systems.

A forecaster is fitted to series of a system with noise, once for each seed, and every seed has its own data. New series are
predicted, at the times of observations that it has read, at new times between them, and beyond the last one. The table has
the mean and range over the fits of the share of values that lie inside.

    make bench    writes results/benchmarks/coverage.csv and the table of docs/guide.md
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import yaml
from keeping import keep, show
from numpy.typing import NDArray

from pathlode import Forecaster, TimeSeries
from pathlode.arrays import Array
from pathlode.dynamics.simulation import irregular_times, observe
from pathlode.dynamics.systems.contract import System
from pathlode.registry import SYSTEMS

NAMES = ("coupled_oscillator", "damped_oscillator", "lane_emden", "lotka_volterra_noisy")
SEEDS = range(7, 10)
"""Those of the fits; with 0 to 6 the number of parts of the window was chosen."""
FITTED, NEW, POINTS, LEVEL = 120, 200, 25, 0.9
NOISE = 0.05
"""Standard deviation of the noise, relative to that of the values."""
BEYOND = 1.5
"""End of the times that are predicted at, in windows."""
PLACES = {"read": "observations it has read", "inside": "new ones between them", "beyond": "beyond the last one"}


def drawn(system: System, number: int, window: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Parameters of series, and their observation times."""
    return system.draw(number, rng), irregular_times(number, POINTS, np.full(number, window), rng)


def covered(forecaster: Forecaster, seen: TimeSeries, wanted: TimeSeries) -> NDArray[np.bool_]:
    """Where intervals contain what is observed at other times of the same series."""
    low, high = (bound.values for bound in forecaster.intervals(seen, wanted, LEVEL))
    return ((low <= wanted.values) & (wanted.values <= high)).numpy()


def coverage(name: str, seed: int) -> dict[str, float]:
    """The covered share at each place."""
    config = yaml.safe_load(Path("config/systems.yaml").read_text())["systems"][name]
    system: System = SYSTEMS[config.get("system", name)]()
    rng, window = np.random.default_rng([seed, len(name)]), float(config["simulate"]["window"][0])
    known = drawn(system, FITTED, window, rng)
    noise = NOISE * system.solution(*known).std(axis=(0, 1))
    fitted = observe(system, *known, noise, rng, "fitted")
    forecaster = Forecaster(members=2, steps=300, weight=0.1, seed=seed).fit(fitted)
    parameters, times = drawn(system, NEW, window, rng)
    seen = observe(system, parameters, times, noise, rng, "new")
    times = irregular_times(NEW, 2 * POINTS, np.full(NEW, BEYOND * window), rng)
    wanted = observe(system, parameters, times, noise, rng, "later")
    after = (wanted.times >= seen.times[:, :1]).all(dim=0)
    wanted = TimeSeries(wanted.times[:, after], wanted.values[:, after])
    later, found = (wanted.times > seen.times[:, -1:]).numpy(), covered(forecaster, seen, wanted)
    return {
        "read": covered(forecaster, seen, seen).mean(),
        "inside": found[~later].mean(),
        "beyond": found[later].mean(),
    }


def main() -> None:
    """Fits, counts and writes the table."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    rows = []
    for name in NAMES:
        for seed in SEEDS:
            rows.append({"system": name, "seed": seed, **coverage(name, seed)})
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    keep(table, "coverage")
    grouped = table.groupby("system", sort=False)[list(PLACES)]
    parts = (grouped.mean(), grouped.min(), grouped.max())
    cells = {
        PLACES[place]: [
            f"{mean:.2f} [{low:.2f}, {high:.2f}]" for mean, low, high in zip(*(p[place] for p in parts), strict=True)
        ]
        for place in PLACES
    }
    shown = pd.DataFrame({"system": [name.replace("_", " ") for name in NAMES], **cells})
    show(shown.to_markdown(index=False, disable_numparse=True), "coverage", "docs/guide.md")


if __name__ == "__main__":
    main()
