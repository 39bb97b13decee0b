import math

import numpy as np
import pandas as pd
import pytest

from pathlode.schedule.solvable.columns import (
    by_replicate,
    past_runs_centres,
    past_runs_summary,
    regrets,
    regrets_summary,
    with_ratios,
)

LOSSES = {
    "optimal": [2.0] * 10,
    "plan": [2.0 * 1.01**number for number in range(10)],
    "cosine": [2.0 * 1.01**9],
    "lode": [4.0],
}


@pytest.fixture
def scores():
    rows = [
        {"task": task, "policy": policy, "seed": seed, "loss": loss, "optimum": 2.0, "runs": 20, "seconds": 3.0}
        for task in ("river", "net")
        for policy, losses in LOSSES.items()
        for seed, loss in enumerate(losses)
        if (task, policy) != ("net", "lode")
    ]
    return with_ratios(pd.DataFrame(rows)).table


def test_the_ratio_is_that_to_the_least_loss(scores):
    assert scores.loc[scores["policy"] == "lode", "ratio"].tolist() == [2.0]


def test_the_table_for_readers_has_the_promised_columns(scores):
    table = by_replicate(scores).table
    assert list(table) == ["task", "policy", "replicate", "loss", "optimum"]
    assert len(table) == 2 * 21 + 1


def test_intervals_over_replicates(scores):
    """The log ratios are 0 to 9 times ln 1.01, with the pseudomedian 4.5 ln 1.01."""
    table = regrets(scores, 0.95).table.set_index(["task", "policy"])
    plan = table.loc["river", "plan"]
    assert plan["ratio"] == pytest.approx(1.01**4.5)
    assert 1.0 < plan["low"] < plan["ratio"] < plan["high"] < 1.01**9
    for policy in ("optimal", "lode"):
        assert math.isnan(table.loc[("river", policy), "low"])
    assert table.loc["river", "n"].tolist() == [10, 10, 1, 1]


def test_the_room_is_what_the_best_tuned_schedule_leaves(scores):
    """The cosine leaves 9 ln 1.01."""
    table = regrets(scores, 0.95).table.set_index(["task", "policy"])
    assert table.loc["net", "room"].tolist() == pytest.approx([0.0, 0.5, 1.0])
    best = scores.assign(ratio=scores["ratio"].where(scores["policy"] != "cosine", 1.0))
    assert regrets(best, 0.95).table["room"].isna().all()


def test_the_summary_has_a_column_for_each_task(scores):
    table = regrets_summary(regrets(scores, 0.95).table)
    assert list(table) == ["policy", "river", "net", "trainings before", "CPU seconds"]
    assert table["policy"].tolist() == list(LOSSES)
    assert table["river"].tolist()[::2] == ["1, 0 %", "1.09, 100 %"]
    assert table["net"].tolist()[3] == "–"


def test_the_summary_of_past_runs_has_a_row_for_each_number():
    """Over the least loss of 2, plans reach 1.01^0 to 1.01^9, with the pseudomedian 1.01^4.5; all finite errors are equal."""
    rows = [
        {"task": "net", "schedules": "one", "runs": runs, "seed": seed, "loss": 2 * 1.01**seed}
        | {"best_past": 3.0, "optimum": 2.0, "error": 0.1 / runs if seed else np.inf, "diverged": 0 if seed else 6}
        for runs in (2, 10)
        for seed in range(10)
    ]
    table = past_runs_summary(past_runs_centres(pd.DataFrame(rows), 0.95).table)
    assert table["past runs"].tolist() == [2, 10]
    assert table["best past run / optimum"].tolist() == ["1.5", "1.5"]
    assert table["error of the ln loss"].tolist() == ["0.05", "0.01"]
    assert table["diverged"].tolist() == [6, 6]
    middle, low, high = (float(number.strip("[],")) for number in table["plan / optimum"][0].split())
    assert middle == pytest.approx(1.01**4.5, abs=0.005)
    assert 1 < low < middle < high < 1.01**9
