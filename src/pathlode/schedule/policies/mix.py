"""Linear mixes of past schedules."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.schedule.learners import Past
from pathlode.schedule.policies.replay import Replay
from pathlode.schedule.runs import LOG_RATE, Runs


class Mix(Replay):
    """The rates of a random linear mix of the past runs' schedules.

    Source: ours, as a rival.
    """

    @staticmethod
    def candidates(past: Past) -> Mapping[str, Any]:
        """``past.mixes`` mixes, drawn with the seed of the coming training."""
        rates = mixes(past.runs, past.model.config.points, past.mixes, past.seed)
        return {f"mix {number}": each for number, each in enumerate(rates, start=1)}


def mixes(runs: Runs, points: int, count: int, seed: int) -> list[NDArray[np.float64]]:
    """Log rates of random linear mixes of schedules, (point,) each: Σ w log α, with weights w uniform on the simplex Σ w = 1.

    α are the rates of a schedule's best setting, by the mean of the last validation accuracy.

    Args:
        runs: runs of several schedules, from :func:`pathlode.schedule.sweep.learnable`.
        points: equally spaced moments of a run.
        count: number of mixes.
        seed: seed of the weights.
    """
    rates = runs.on_clock(points)[:, :, LOG_RATE]
    facts = (
        runs.table.groupby("run_id", sort=False)[["schedule", "setting", "val_metric"]].last().reset_index(drop=True)
    )
    by_setting = facts.groupby(["schedule", "setting"], sort=False)["val_metric"].mean()
    best = by_setting.groupby("schedule", sort=False).idxmax()
    chosen = [
        rates[((facts["schedule"] == schedule) & (facts["setting"] == setting)).to_numpy()].mean(axis=0)
        for schedule, setting in best
    ]
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(chosen)), count)
    return list(weights @ np.stack(chosen))
