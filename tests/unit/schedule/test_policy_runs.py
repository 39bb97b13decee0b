import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule import policy_runs
from pathlode.schedule.comparison import BEST_PARAMETRIC, compare_policies, with_best_parametric
from pathlode.schedule.policy_runs import learnable, mixes, read_task, swept, tune_and_train
from pathlode.schedule.training import RunConfig, train

ENTRY = {
    "data": "invented_images",
    "examples": {"train": 64, "validation": 30, "test": 30},
    "network": {"cnn": {"channels": [4], "strides": [2], "hidden": 8}},
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    task = read_task(ENTRY, tmp_path_factory.mktemp("none"))
    settings = {"0.02": 0.02, "1e-07": 1e-7}
    config = RunConfig(epochs=4, batch=8, log_every=3)
    return {
        name: tune_and_train(task, "images", name, name, settings, [100, 101], [0, 1, 2], config)
        for name in ("constant", "cosine")
    }


def test_a_policy_is_tuned_and_then_trained_on_other_seeds(trained):
    outcomes = trained["cosine"].outcomes
    assert outcomes["phase"].tolist() == ["tuning"] * 4 + ["final"] * 3
    final = outcomes[outcomes["phase"] == "final"]
    assert set(final["setting"]) == {"0.02"}
    assert final["seed"].tolist() == [0, 1, 2]
    assert (final["sharpness"] != 0).all()
    assert outcomes.loc[outcomes["phase"] == "tuning", "sharpness"].isna().all()
    assert trained["cosine"].logs["run_id"].nunique() == 7
    assert trained["cosine"].decisions.empty


@pytest.mark.fault(
    "the runs of a learning-rate policy are interrupted",
    "runs that had ended are not made again, the one under way goes on; the tables are the same",
)
def test_what_is_done_is_not_done_again(trained, tmp_path, monkeypatch, interrupted):
    """Stopped in the middle of the third run, a study goes on there and ends as if it had not been."""
    task, settings = read_task(ENTRY, tmp_path), {"0.02": 0.02, "1e-07": 1e-7}
    config, seeds = RunConfig(epochs=4, batch=8, log_every=3), ([100, 101], [0, 1, 2])
    runs = []

    def counted(*arguments):
        runs.append(arguments)
        return train(*arguments)

    monkeypatch.setattr(policy_runs, "train", counted)

    def whole():
        return tune_and_train(task, "images", "cosine", "cosine", settings, *seeds, config, tmp_path / "kept.pt")

    interrupted(2 * 32 + 20, whole)  # of 32 steps a run
    assert len(runs) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"kept.pt", "kept-2.pt"}
    done = whole()
    assert len(runs) == 3 + 5
    assert [path.name for path in tmp_path.iterdir()] == ["kept.pt"]
    pd.testing.assert_frame_equal(
        done.outcomes.drop(columns="seconds"), trained["cosine"].outcomes.drop(columns="seconds"), check_exact=True
    )
    columns = [column for column in done.logs if column != "seconds"]
    pd.testing.assert_frame_equal(done.logs[columns], trained["cosine"].logs[columns], check_exact=True)


def test_a_single_setting_needs_no_tuning(tmp_path):
    task, config = read_task(ENTRY, tmp_path), RunConfig(epochs=2, batch=8, log_every=2)
    outcomes = tune_and_train(task, "images", "constant", "constant", {"0.01": 0.01}, [100], [0], config).outcomes
    assert outcomes["phase"].tolist() == ["final"]


def test_only_tuning_runs_are_learnt_from(trained):
    logs = pd.concat([each.logs for each in trained.values()])
    assert swept(logs)["run_id"].nunique() == 8
    assert swept(logs, schedules=["cosine"])["run_id"].nunique() == 4
    assert swept(logs, seeds=[100])["run_id"].nunique() == 4
    ruined = logs.assign(val_loss=logs["val_loss"].where(logs["run_id"] != "cosine 0.02 seed 100", np.nan))
    assert "cosine 0.02 seed 100" not in learnable(swept(ruined), "the sweep").ids
    assert len(learnable(swept(ruined), "the sweep")) == 7
    with pytest.raises(DataError, match="the sweep: there is 0 run"):
        learnable(swept(logs[logs["phase"] == "final"]), "the sweep")


def test_mixes_lie_between_the_schedules(trained):
    runs = learnable(swept(pd.concat([each.logs for each in trained.values()])), "the sweep")
    mixed = np.stack(mixes(runs, 20, 5, seed=0))
    assert mixed.shape == (5, 20)
    best = runs.on_clock(20)[[0, 4], :, 1]  # constant and cosine at 0.02
    assert (mixed <= best.max(axis=0) + 1e-9).all()
    assert (mixed >= best.min(axis=0) - 1e-9).all()
    assert np.ptp(mixed[:, -1]) > 0.1
    assert np.array_equal(mixed, np.stack(mixes(runs, 20, 5, seed=0)))


def outcomes(**means):
    noise = np.array([0.0, 0.01, 0.02, 0.03])
    return pd.concat(
        pd.DataFrame(
            {"task": "t", "schedule": name, "setting": "s", "seed": range(4), "test_last": mean + noise}
        ).assign(seconds_before=10 * mean)
        for name, mean in means.items()
    )


def test_paired_differences_ignore_what_seeds_share():
    runs = outcomes(ours=0.8, rival=0.7)
    runs["test_last"] += np.tile([0.002, -0.001, 0.0, 0.0], 2)
    table = compare_policies(runs, "ours", "test_last", 0.95).set_index("schedule")
    assert table.loc["rival", ["difference", "low", "high"]].tolist() == pytest.approx([0.1, 0.1, 0.1], abs=5e-3)
    assert table.loc["rival", "n"] == 4
    assert np.isnan(table.loc["ours", "difference"])
    assert table.loc["ours", "mean"] == pytest.approx(0.815, abs=1e-3)


def test_an_interval_covers_the_true_difference_as_often_as_it_says():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(300):
        table = outcomes(ours=0.8, rival=0.7)
        table["test_last"] += 0.05 * rng.standard_normal(len(table))
        row = compare_policies(table, "ours", "test_last", 0.9).set_index("schedule").loc["rival"]
        inside += row["low"] < 0.1 < row["high"]
    assert 255 <= inside <= 285


def test_the_best_parametric_schedule_stands_once_more():
    table = with_best_parametric(outcomes(ours=0.9, cosine=0.7, step=0.8), ["cosine", "step"])
    copies = table[table["schedule"] == BEST_PARAMETRIC]
    assert copies["test_last"].tolist() == pytest.approx([0.8, 0.81, 0.82, 0.83])
    assert set(copies["setting"]) == {"step s"}
    assert copies["seconds_before"].tolist() == pytest.approx([15.0] * 4)  # both had to be tuned


def test_a_comparison_without_ours_is_refused():
    with pytest.raises(DataError, match="task t has no runs of 'ours'"):
        compare_policies(outcomes(rival=0.7), "ours", "test_last", 0.95)
