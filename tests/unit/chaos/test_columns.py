"""Tables of scores on chaotic flows."""

import math

import pandas as pd
import pytest

from pathlode.chaos.columns import chaos_rankings, chaos_summary, one_line_a_measure, with_all_flows
from pathlode.chaos.results import CHAOS_MEASURES, ChaosScores

ROWS = {"truth": 0.1, "path": 2.0, "constant": 3.0, "sindy": 1.0}
ON_THE_GRID = {"truth": 0.1, "al_rnn": 2.0, "constant": 3.0, "sindy": 1.0}


@pytest.fixture
def scores():
    lines = [
        dict.fromkeys(ChaosScores.columns)
        | {"flow": flow, "row": row, "seed": seed, "valid_time": 1 / (value + seed)}
        | {name: value + k + seed for name in CHAOS_MEASURES if name != "valid_time"}
        for k, flow in enumerate(["Lorenz", "Chen", "Lorenz_grid"])
        for row, value in (ROWS if flow != "Lorenz_grid" else ON_THE_GRID).items()
        for seed in (0, 1)
    ]
    table = pd.DataFrame(lines)
    broken = (table["row"] == "sindy") & (table["flow"] == "Chen")
    return table.assign(
        state_divergence=table["state_divergence"].mask(broken), failure=table["failure"].mask(broken, "lost")
    )


def test_every_value_stands_beside_the_score_of_the_true_equations(scores):
    table = one_line_a_measure(scores).table
    assert "truth" not in set(table["row"])
    own = table[(table["flow"] == "Chen") & (table["row"] == "path") & (table["measure"] == "smape_1")]
    assert own[["value", "floor"]].to_numpy().tolist() == [[3.0, 1.1], [4.0, 2.1]]


def test_claims_compare_medians_over_the_flows_to_which_the_same_rows_were_fitted(scores):
    table = with_all_flows(scores).table.set_index(["flow", "row", "seed"])
    assert table.loc[("all", "path", 0), "smape_1"] == 2.5
    assert table.loc[("all", "sindy", 0), "state_divergence"] == 2.5  # of Lorenz 1, and the constant's 4 on Chen
    assert table.loc[("Chen", "sindy", 1), "state_divergence"] == 5.0
    assert "al_rnn" not in table.loc["all"].index.get_level_values("row")


def test_more_is_better_for_valid_times_alone_and_failures_come_last(scores):
    table = chaos_rankings(scores).table
    assert set(table["blocks"]) == {2}
    ranks = table.set_index(["measure", "row"])["rank"]
    assert ranks["valid_time"].to_dict() == {"sindy": 1, "path": 2, "constant": 3}
    assert ranks["state_divergence"].to_dict() == {"path": 1.5, "sindy": 2, "constant": 2.5}


def test_the_summary_has_the_floors_and_counts_failures(scores):
    table = chaos_summary(scores).set_index(["flow", "row"])
    assert table.loc[("Chen", "sindy"), "failed"] == 2
    assert table.loc[("Chen", "sindy"), "D_stsp"] == "–"
    assert ("Lorenz", "truth") in table.index
    assert not math.isnan(table.loc[("Lorenz", "path"), "failed"])
