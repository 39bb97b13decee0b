import numpy as np
import pandas as pd
import pytest

from pathlode.schedule import Runs
from pathlode.schedule.policies.mix import mixes
from pathlode.schedule.sweep import learnable, swept


def test_a_mix_of_two_constant_rates_is_a_weighted_geometric_mean():
    """Of each schedule the setting with the better mean of the last metric is mixed: 0.1 and 0.001, not 1."""
    rows = [("slow", 0.001, 0.5), ("fast", 0.1, 0.6), ("fast", 1.0, 0.2)]
    table = pd.concat(
        pd.DataFrame({"step": range(1, 11), "lr": rate, "train_loss": 1.0, "val_metric": metric}).assign(
            run_id=f"{schedule} {rate}", schedule=schedule, setting=rate
        )
        for schedule, rate, metric in rows
    )
    weights = np.random.default_rng(3).dirichlet([1.0, 1.0], 4)
    expected = weights @ np.log([0.001, 0.1])  # the schedules in the order in which they first come
    mixed = np.stack(mixes(Runs(table), 5, 4, seed=3))
    assert mixed == pytest.approx(np.repeat(expected[:, None], 5, axis=1))


def test_mixes_lie_between_the_schedules(sweep):
    runs = learnable(swept(sweep, 5), "the sweep")
    mixed = np.stack(mixes(runs, 20, 5, seed=0))
    assert mixed.shape == (5, 20)
    best = runs.on_clock(20)[[0, 4], :, 1]  # constant and cosine at 0.02
    assert (mixed <= best.max(axis=0) + 1e-9).all()
    assert (mixed >= best.min(axis=0) - 1e-9).all()
    assert np.ptp(mixed[:, -1]) > 0.1
    assert np.array_equal(mixed, np.stack(mixes(runs, 20, 5, seed=0)))
