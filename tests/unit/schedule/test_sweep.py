import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule.sweep import learnable, seconds_learning, sweep_seconds, swept


def test_only_tuning_runs_of_the_replicate_are_learnt_from(sweep):
    assert swept(sweep, 5)["run_id"].nunique() == 8
    assert swept(sweep, 5, schedules=["cosine"])["run_id"].nunique() == 4
    first = swept(sweep, 5, repeats=1)
    assert first["run_id"].nunique() == 4
    assert set(first["repeat"]) == {1}
    another = sweep.assign(seed=6, run_id=sweep["run_id"] + " again")
    pd.testing.assert_frame_equal(swept(pd.concat([another, sweep]), 5), swept(sweep, 5))
    assert swept(sweep, 6).empty


def test_runs_that_diverged_are_not_learnt_from(sweep):
    gone = "cosine 0.02 replicate 5 run 1"
    ruined = swept(sweep.assign(val_loss=sweep["val_loss"].where(sweep["run_id"] != gone, np.nan)), 5)
    assert set(swept(sweep, 5)["run_id"]) - set(learnable(ruined, "the sweep").ids) == {gone}
    with pytest.raises(DataError, match="the sweep: there are 0 runs"):
        learnable(swept(sweep[sweep["phase"] == "final"], 5), "the sweep")


def test_a_sweep_costs_what_its_runs_cost_to_their_ends():
    logs = pd.DataFrame({"run_id": ["a", "b", "a", "b"], "seconds": [1.0, 10.0, 2.0, 30.0]})
    assert sweep_seconds(logs) == 2 + 30
    assert seconds_learning(logs, fit=5.0) == 2 + 30 + 5
