import numpy as np
import pytest

from pathlode.schedule.solvable import trial
from pathlode.schedule.solvable.optimum import optimum
from pathlode.schedule.solvable.policies import TrialConfig
from pathlode.schedule.solvable.steered import Steering
from pathlode.schedule.solvable.trial import SolvableTrial

CONFIG = TrialConfig(("constant", "cosine"), peaks=3, members=2, plan={"starts": 1, "iterations": 2})
FIT = {"points": 20, "window": 6, "starts": 2, "steps": 0, "hidden": 4, "width": 4}


def test_every_policy_has_a_row_in_each_replicate(monkeypatch):
    monkeypatch.setattr(trial, "optimum", lambda task: optimum(task, iterations=1, refinements=10))
    outcomes, schedules = SolvableTrial("deep_linear", [4, 5], CONFIG, Steering(1, FIT, {"lode": {}})).run()
    table = outcomes.table
    policies = ["optimal", "sweep", "constant_decay", "sweep_again", "cosine", "decay", "wsd_s"]
    policies += ["plan", "plan_again", "lode"]
    assert list(table["policy"].unique()) == list(schedules.rates) == policies
    assert table["seed"].tolist() == [4, 5] * 9 + [4]
    assert (table["loss"] >= table["optimum"] * (1 - 1e-9)).all()
    assert table.loc[table["policy"] == "optimal", "loss"].to_numpy() == pytest.approx(table["optimum"].iloc[:2])
    assert np.isnan(schedules.rates["lode"]).all(axis=1).tolist() == [False, True]
    assert (table.loc[table["policy"] != "optimal", "seconds"] > 0).all()
