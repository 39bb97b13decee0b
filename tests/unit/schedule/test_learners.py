from dataclasses import replace

import numpy as np
import pytest

from pathlode.registry import POLICIES
from pathlode.schedule.learners import Learner, Past


@pytest.fixture(scope="module")
def past(model, runs):
    table = runs.table.assign(
        schedule=runs.table["run_id"].str.split().str[0], setting=runs.table["run_id"].str.split().str[1]
    )
    return Past(type(runs)(table), model, 7, {"every": 5, "horizon": 0.5}, mixes=3)


def learners():
    return [name for name in POLICIES if isinstance(POLICIES[name], type) and issubclass(POLICIES[name], Learner)]


def test_the_policies_that_learn():
    assert learners() == ["replay", "mix", "plan", "nearest", "lode"]


def test_a_replay_is_of_the_best_run(past):
    ((name, rates),) = POLICIES["replay"].candidates(past).items()
    assert name == "best run"
    assert np.array_equal(rates, past.model.rates)


def test_mixes_are_as_many_as_asked_for(past):
    made, others = (POLICIES["mix"].candidates(replace(past, seed=seed)) for seed in (7, 8))
    assert list(made) == ["mix 1", "mix 2", "mix 3"]
    assert not any(np.allclose(made[name], others[name]) for name in made)  # every replicate draws its own


@pytest.mark.parametrize("name", ["lode", "nearest"])
def test_those_that_look_ahead_have_the_model_of_the_past_runs(past, name):
    ((label, learnt),) = POLICIES[name].candidates(past).items()
    assert label == "learnt"
    assert (learnt.model, learnt.runs) == (past.model, past.runs)
    assert (learnt.config.every, learnt.config.horizon) == (5, 0.5)
