"""A small table, a small forecaster, and simulated oscillations."""

import numpy as np
import pandas as pd
import torch

SMALL = {
    "members": 2,
    "steps": 20,
    "weight": 0.1,
    "model": {"hidden": 3, "latent": 3, "width": 4, "encoder_hidden": 4},
    "train": {"solver_steps": 2, "solver_error_share": 1e9},
}
"""A forecaster that fits in a second."""
FIT = ["--series", "id", "--time", "t", "--steps", "20", "--members", "1", "--weight", "0.1"]
"""Options of a command that fits one in a second."""


def table(number=8, seed=0):
    """Decays at their own times, of different lengths and with gaps, in long format."""
    rng = np.random.default_rng(seed)
    parts = []
    for index in range(number):
        times = np.sort(rng.choice(np.arange(20), rng.integers(4, 9), replace=False)) * 0.5
        values = rng.uniform(1, 3) * np.exp(-0.3 * times)
        part = pd.DataFrame({"id": f"s{index}", "t": times, "x": values, "y": 2 - values})
        part.loc[rng.integers(len(part)), "y"] = np.nan
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def oscillations(number, seed):
    """Damped oscillations with gaps, each with its own parameters: series, times in the window and beyond, and the truth there."""
    rng, series, asked, known = np.random.default_rng(seed), [], [], []
    for _ in range(number):
        swing, speed, phase, damping = rng.uniform([0.6, 0.8, 0.0, 0.05], [1.4, 1.2, 6.28, 0.15])
        times, later = np.sort(rng.uniform(0, 10, 25)), np.sort(rng.uniform(3, 14, 20))
        truth = [
            swing * np.exp(-damping * t)[:, None] * np.stack([np.sin(speed * t + phase), np.cos(speed * t + phase)], 1)
            for t in (times, later)
        ]
        values = truth[0] + 0.05 * rng.standard_normal((25, 2))
        values[1:][rng.random((24, 2)) < 0.15] = np.nan
        series.append((times, values))
        asked.append(later)
        known.append(truth[1])
    return series, asked, np.array(known)


def same(first, second):
    """Whether two tensors are equal, with NaN equal to NaN."""
    return torch.equal(first.nan_to_num(nan=-1e9), second.nan_to_num(nan=-1e9))


DAYS = pd.Timestamp("2024-03-30", tz="Europe/Berlin") + pd.to_timedelta(table()["t"], "D")
"""The times of the table as dates, in a zone whose clocks change after the first of them."""
