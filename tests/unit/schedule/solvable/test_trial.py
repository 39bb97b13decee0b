import numpy as np
import pytest
import torch

from pathlode.schedule.solvable import trial
from pathlode.schedule.solvable.optimum import optimum
from pathlode.schedule.solvable.policies import TrialConfig
from pathlode.schedule.solvable.river import River
from pathlode.schedule.solvable.schedule_free import ScheduleFreeSgd
from pathlode.schedule.solvable.steered import Steering
from pathlode.schedule.solvable.trial import SolvableTrial

CONFIG = TrialConfig(
    ("constant", "cosine"),
    peaks=3,
    members=2,
    plan={"starts": 1, "iterations": 2},
    latent_ode={"replicates": 1, "steps": 1},
)
FIT = {"points": 20, "window": 6, "starts": 2, "steps": 0, "hidden": 4, "width": 4}


def test_every_policy_has_a_row_in_each_replicate(monkeypatch):
    monkeypatch.setattr(trial, "optimum", lambda task: optimum(task, iterations=1, refinements=10))
    outcomes, schedules = SolvableTrial("deep_linear", [4, 5], CONFIG, Steering(1, FIT, {"lode": {}})).run()
    table = outcomes.table
    policies = ["optimal", "knots", "sweep", "constant_decay", "sweep_again", "cosine", "decay", "wsd_s"]
    policies += ["plan", "plan_again", "plan_latent", "plan_latent_again", "lode"]
    assert list(table["policy"].unique()) == list(schedules.rates) == policies
    assert table["seed"].tolist() == [4, 5, 4] + [4, 5] * 8 + [4] * 3
    assert (table["loss"] >= table["optimum"] * (1 - 1e-9)).all()
    assert table.loc[table["policy"] == "optimal", "loss"].to_numpy() == pytest.approx(table["optimum"].iloc[:2])
    assert np.isnan(schedules.rates["lode"]).all(axis=1).tolist() == [False, True]
    assert (table.loc[table["policy"] != "optimal", "seconds"] > 0).all()


def test_schedule_free_training_is_scored_as_it_trains(monkeypatch):
    monkeypatch.setattr(trial, "optimum", lambda task: optimum(task, iterations=1, refinements=1))
    outcomes, schedules = SolvableTrial("river", [4], CONFIG, Steering(0, FIT, {})).run()
    found = outcomes.table.set_index("policy").loc["schedule_free"]
    rates = torch.from_numpy(schedules.rates["schedule_free"])
    assert found["loss"] == pytest.approx(float(ScheduleFreeSgd(River()).expected(rates)))
    assert found["runs"] == 2 * 3 + 1
