import pandas as pd
import pytest

from pathlode.schedule import policy_runs
from pathlode.schedule.policy_runs import PolicyPlan, tune_and_train
from pathlode.schedule.training import RunConfig, train

SETTINGS = {"0.02": 0.02, "1e-07": 1e-7}
CONFIG = RunConfig(epochs=4, batch=8, log_every=3)


def plan(schedule, settings=SETTINGS, tuning_seeds=(100, 101), seeds=(0, 1, 2), config=CONFIG, **more):
    return PolicyPlan("images", schedule, schedule, settings, tuning_seeds, seeds, config, **more)


@pytest.fixture(scope="module")
def made(task):
    """All runs of one policy."""
    return tune_and_train(task, plan("cosine"))


def test_a_policy_is_tuned_and_then_trained_on_other_seeds(made):
    outcomes = made.outcomes.table
    assert set(outcomes["task"]) == {"images"}
    assert outcomes["phase"].tolist() == ["tuning"] * 4 + ["final"] * 3
    final = outcomes[outcomes["phase"] == "final"]
    assert set(final["setting"]) == {"0.02"}
    assert final["seed"].tolist() == [0, 1, 2]
    assert (final["sharpness"] != 0).all()
    assert outcomes.loc[outcomes["phase"] == "tuning", "sharpness"].isna().all()
    assert made.logs.table["run_id"].nunique() == 7
    assert made.decisions.table.empty


@pytest.mark.fault(
    "the runs of a learning-rate policy are interrupted",
    "finished runs are kept and the current one resumes; the tables are the same",
)
def test_what_is_done_is_not_done_again(made, task, tmp_path, monkeypatch, interrupted):
    """Stopped in the middle of the third run, a study goes on there and ends as if it had not been."""
    runs = []

    def counted(*arguments):
        runs.append(arguments)
        return train(*arguments)

    monkeypatch.setattr(policy_runs, "train", counted)

    def whole():
        return tune_and_train(task, plan("cosine"), tmp_path / "kept.pt")

    interrupted(2 * 32 + 20, whole)  # of 32 steps a run
    assert len(runs) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"kept.pt", "kept-2.pt"}
    done = whole()
    assert len(runs) == 3 + 5
    assert [path.name for path in tmp_path.iterdir()] == ["kept.pt"]
    for name in ("outcomes", "logs"):
        found, expected = (getattr(each, name).table for each in (done, made))
        columns = [column for column in found if not column.startswith("seconds")]
        pd.testing.assert_frame_equal(found[columns], expected[columns], check_exact=True)


def test_a_single_setting_needs_no_tuning(task):
    config = RunConfig(epochs=2, batch=8, log_every=2)
    outcomes = tune_and_train(task, plan("constant", {"0.01": 0.01}, [100], [0], config)).outcomes.table
    assert outcomes["phase"].tolist() == ["final"]
    assert outcomes["seconds_learning"].tolist() == [0.0]


def test_a_policy_that_looks_ahead_has_its_decisions_in_a_table(task, setting):
    one = plan("lode", {"learnt": setting("lode")}, seeds=[0, 1], seconds_learning=9.0)
    runs = tune_and_train(task, one)
    assert runs.outcomes.table["seconds_learning"].tolist() == [9.0, 9.0]
    decisions = runs.decisions.table
    assert set(decisions["seed"]) == {0, 1}
    assert set(decisions["setting"]) == {"learnt"}
    assert decisions["outcome"].str.fullmatch("new schedule|kept: .+").all()
