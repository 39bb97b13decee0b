import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule.comparison import (
    BEST_PARAMETRIC,
    FREQUENT,
    compare_policies,
    half_width,
    policy_summary,
    with_best_parametric,
    with_frequent,
)


def outcomes(**means):
    noise = np.array([0.0, 0.01, 0.02, 0.03])
    return pd.concat(
        pd.DataFrame(
            {"task": "t", "schedule": name, "setting": "s", "seed": range(4), "test_last": mean + noise}
        ).assign(seconds_before=10 * mean)
        for name, mean in means.items()
    )


def test_the_trivial_predictor_stands_beside_the_runs_of_each_replicate():
    runs = outcomes(ours=0.8, rival=0.7).assign(frequent=0.15, predictions=[2] * 4 + [100] * 4, seconds=3.0)
    runs.loc[runs["seed"] == 0, "frequent"] = 1.0
    table = with_frequent(runs)
    assert table.iloc[: len(runs)][list(runs)].equals(runs.reset_index(drop=True))
    own = table.iloc[len(runs) :]
    assert own["schedule"].tolist() == [FREQUENT] * 4
    assert own["seed"].tolist() == [0, 1, 2, 3]
    assert own["test_last"].tolist() == own["test_best_val"].tolist() == [1.0, 0.15, 0.15, 0.15]
    assert own["test_last_error"].tolist() == pytest.approx(
        [0.25, 0.85, 0.85, 0.85]
    )  # half of two predictions at least
    assert own["seconds"].isna().all()


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


def runs_of(phase, **means):
    return outcomes(**means).assign(phase=phase)


def test_the_best_parametric_schedule_is_each_replicates_own_by_its_tuning():
    """`step` has the best tests, but validation in tuning prefers `cosine`, in replicate 3 with another setting."""
    final = runs_of("final", ours=0.9, cosine=0.7, step=0.8).assign(val_last=0.0)
    tuning = pd.concat(
        [runs_of("tuning", cosine=0.6, step=0.5), runs_of("tuning", cosine=0.1, step=0.2).assign(setting="t")]
    )
    tuning["val_last"] = tuning["test_last"].where(tuning["seed"] != 3, 1 - tuning["test_last"])
    final.loc[(final["seed"] == 3) & (final["schedule"] == "cosine"), "setting"] = "t"
    table = with_best_parametric(pd.concat([tuning, final]), ["cosine", "step"])
    assert set(table["phase"]) == {"final"}
    assert len(table) == 12 + 4
    copies = table[table["schedule"] == BEST_PARAMETRIC]
    assert copies["test_last"].tolist() == pytest.approx([0.7, 0.71, 0.72, 0.73])
    assert copies["setting"].tolist() == ["cosine s"] * 3 + ["cosine t"]
    assert copies["seconds_before"].tolist() == pytest.approx([15.0] * 4)  # both had to be tuned


def test_test_accuracy_has_no_part_in_the_choice():
    tuning = runs_of("tuning", cosine=0.6, step=0.5)
    given = pd.concat([tuning.assign(val_last=tuning["test_last"]), runs_of("final", cosine=0.7, step=0.8)])
    chosen = with_best_parametric(given, ["cosine", "step"])["schedule"]
    others = with_best_parametric(given.assign(test_last=1 - given["test_last"]), ["cosine", "step"])["schedule"]
    assert chosen.tolist() == others.tolist()


def test_a_comparison_without_ours_is_refused():
    with pytest.raises(DataError, match="task t has no runs of 'ours'"):
        compare_policies(outcomes(rival=0.7), "ours", "test_last", 0.95)


def test_half_an_interval_is_that_of_the_t_table():
    assert half_width(pd.Series([1.0, 2.0, 3.0]), 0.95) == pytest.approx(4.3027 / 3**0.5, rel=1e-4)  # t with 2 degrees
    assert np.isnan(half_width(pd.Series([1.0]), 0.95))


def test_a_single_shared_seed_gives_a_difference_without_an_interval():
    table = outcomes(ours=0.8, rival=0.7).query("seed == 0")
    row = compare_policies(table, "ours", "test_last", 0.95).set_index("schedule").loc["rival"]
    assert row["difference"] == pytest.approx(0.1)
    assert np.isnan(row["low"])


def test_the_summary_is_of_means_in_percent():
    given = pd.concat([runs_of("final", ours=0.8, cosine=0.7), runs_of("tuning", cosine=0.7)]).assign(val_last=0.5)
    runs = with_best_parametric(given, ["cosine"])
    runs = runs.assign(test_best_val=0.9, sharpness=[1.0, 2.0, 3.0, 9.0] * 3, seconds=2.0, seconds_with_sweep=12.0)
    runs.loc[(runs["schedule"] == "ours") & (runs["seed"] > 0), "setting"] = "t"
    summary = policy_summary(runs, compare_policies(runs, "ours", "test_last", 0.95), "ours", ["cosine"])
    assert summary["schedule"].tolist() == ["ours", "cosine", "best of cosine"]
    assert summary["ours minus it"].tolist() == ["–", *["+10.00 [+10.00, +10.00]"] * 2]
    assert summary["setting"].tolist() == ["t (3), s (1)", "s", "cosine s"]
    best = summary.iloc[2]
    assert best["accuracy, last epoch (%)"] == "71.50"
    assert best["best validation (%)"] == "90.00"
    assert best["top Hessian eigenvalue"] == "2.5"
    assert (best["seconds"], best["with the sweep"]) == ("2", "12")
