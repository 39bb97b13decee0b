import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule.sweep import learnable, seconds_learning, sweep_seconds, swept


def test_only_tuning_runs_are_learnt_from(sweep):
    assert swept(sweep)["run_id"].nunique() == 8
    assert swept(sweep, schedules=["cosine"])["run_id"].nunique() == 4
    assert swept(sweep, seeds=[100])["run_id"].nunique() == 4
    ruined = sweep.assign(val_loss=sweep["val_loss"].where(sweep["run_id"] != "cosine 0.02 seed 100", np.nan))
    assert "cosine 0.02 seed 100" not in learnable(swept(ruined), "the sweep").ids
    assert len(learnable(swept(ruined), "the sweep")) == 7
    with pytest.raises(DataError, match="the sweep: there is 0 run"):
        learnable(swept(sweep[sweep["phase"] == "final"]), "the sweep")


def test_a_sweep_costs_what_its_runs_cost_to_their_ends():
    logs = pd.DataFrame({"run_id": ["a", "b", "a", "b"], "seconds": [1.0, 10.0, 2.0, 30.0]})
    assert sweep_seconds(logs) == 2 + 30
    assert seconds_learning(logs, fit=5.0) == 2 + 30 + 5
