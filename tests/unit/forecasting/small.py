"""A small table and a small forecaster."""

import numpy as np
import pandas as pd

SMALL = {
    "members": 2,
    "steps": 20,
    "weight": 0.1,
    "model": {"hidden": 3, "latent": 3, "width": 4, "encoder_hidden": 4},
    "train": {"solver_steps": 2, "solver_error_share": 1e9},
}
"""A forecaster that fits in a second."""


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
