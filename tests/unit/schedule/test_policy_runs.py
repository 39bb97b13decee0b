from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest

from pathlode.schedule import policy_runs
from pathlode.schedule.policy_runs import PolicyPlan, run_seed, tune_and_train
from pathlode.schedule.training import RunConfig, train

SETTINGS = {"0.02": 0.02, "1e-07": 1e-7}
CONFIG = RunConfig(epochs=4, batch=8, log_every=3)


def plans(schedule, settings=SETTINGS, seeds=(0, 1), repeats=2, config=CONFIG, **more):
    return [PolicyPlan("images", schedule, schedule, settings, seed, repeats, config, **more) for seed in seeds]


@pytest.fixture(scope="module")
def made(task):
    """All runs of one policy."""
    return tune_and_train(task, plans("cosine"))


def test_in_every_replicate_a_policy_is_tuned_and_then_trained_once_more(made):
    outcomes = made.outcomes.table
    assert set(outcomes["task"]) == {"images"}
    assert outcomes["phase"].tolist() == (["tuning"] * 4 + ["final"]) * 2
    assert outcomes["seed"].tolist() == [0] * 5 + [1] * 5
    assert outcomes["repeat"].tolist() == [1, 2, 1, 2, 0] * 2
    final = outcomes[outcomes["phase"] == "final"]
    assert set(final["setting"]) == {"0.02"}
    assert (final["sharpness"] != 0).all()
    tuning = outcomes.loc[outcomes["phase"] == "tuning", ["sharpness", "test_last", "test_best_val"]]
    assert tuning.isna().all(axis=None)
    assert final[tuning.columns].notna().all(axis=None)
    assert made.logs.table["run_id"].nunique() == 10
    assert made.decisions.table.empty


@pytest.mark.fault(
    "the runs of a learning-rate policy are interrupted",
    "finished runs are kept and the current one resumes; the tables are the same",
)
def test_what_is_done_is_not_done_again(made, task, tmp_path, monkeypatch, interrupted):
    """Stopped in the middle of the third run, a study goes on there and ends as if it had not been."""
    runs = []

    def counted(*arguments, **named):
        runs.append(arguments)
        return train(*arguments, **named)

    monkeypatch.setattr(policy_runs, "train", counted)

    def whole():
        return tune_and_train(task, plans("cosine"), tmp_path / "kept.pt")

    interrupted(2 * 32 + 20, whole)  # of 32 steps a run
    assert len(runs) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"kept.pt", "kept-2.pt"}
    done = whole()
    assert len(runs) == 3 + 8
    assert [path.name for path in tmp_path.iterdir()] == ["kept.pt"]
    for name in ("outcomes", "logs"):
        found, expected = (getattr(each, name).table for each in (done, made))
        columns = [column for column in found if not column.startswith("seconds")]
        pd.testing.assert_frame_equal(found[columns], expected[columns], check_exact=True)


def test_tuning_runs_from_which_nothing_learns_log_their_end_alone(made, task):
    """Choices and compared runs are the same."""
    short = tune_and_train(task, plans("cosine", swept=False))
    for name in ("outcomes", "logs"):
        found, expected = (getattr(each, name).table for each in (short, made))
        if name == "logs":
            expected = expected[(expected["phase"] == "final") | (expected["step"] == 32)].reset_index(drop=True)
        columns = [column for column in found if not column.startswith("seconds")]
        pd.testing.assert_frame_equal(found[columns], expected[columns], check_exact=True)


def test_a_single_setting_needs_no_tuning(task):
    config = RunConfig(epochs=2, batch=8, log_every=2)
    outcomes = tune_and_train(task, plans("constant", {"0.01": 0.01}, [0], 1, config)).outcomes.table
    assert outcomes["phase"].tolist() == ["final"]
    assert outcomes["seconds_learning"].tolist() == [0.0]
    assert outcomes["predictions"].tolist() == [30]  # one per test image
    assert outcomes["frequent"].tolist() == [task.data.frequent]


def test_a_policy_that_looks_ahead_has_its_decisions_in_a_table(task, setting):
    one = plans("lode", {"learnt": setting("lode")}, seconds_learning=9.0)
    runs = tune_and_train(task, one)
    assert runs.outcomes.table["seconds_learning"].tolist() == [9.0, 9.0]
    decisions = runs.decisions.table
    assert set(decisions["seed"]) == {0, 1}
    assert set(decisions["setting"]) == {"learnt"}
    assert decisions["outcome"].str.fullmatch("new schedule|kept: .+").all()


def test_runs_of_a_replicate_and_repeat_share_their_weights_and_no_others_do(made, task):
    """Weights and first batches are equal if the first losses at a rate of nearly 0 are."""
    others = tune_and_train(task, plans("constant"))
    first, same = (
        runs.logs.table.groupby(["setting", "seed", "repeat"])["train_loss"].first().loc["1e-07"].tolist()
        for runs in (made, others)
    )
    assert first == pytest.approx(same, abs=1e-5)
    assert min(abs(one - other) for one, other in combinations(first, 2)) > 1e-4
    assert len(first) == 4
    seeds = [run_seed(replicate, repeat) for replicate in range(20) for repeat in range(6)]
    assert len(set(seeds)) == len(seeds)
    assert [run_seed(replicate, 0) for replicate in range(20)] == list(range(20))


def test_each_replicate_chooses_its_setting_by_its_own_validation(task, monkeypatch):
    """Rates of 0.02 and 0 change places in the second replicate's tuning, and so does its choice."""

    def exchanged(task, policy_of, seed, config, kept, **named):
        run = train(task, policy_of, seed, config, kept, **named)
        accuracy = 0.9 if (run.log["lr"].iloc[0] > 0.01) == (seed != run_seed(1, 1)) else 0.1
        return replace(run, log=run.log.assign(val_metric=accuracy))

    monkeypatch.setattr(policy_runs, "train", exchanged)
    outcomes = tune_and_train(task, plans("constant", repeats=1)).outcomes.table
    assert outcomes.loc[outcomes["phase"] == "final", "setting"].tolist() == ["0.02", "1e-07"]
