import math

import numpy as np
import pandas as pd
import pytest

from pathlode.reporting.claim_entries import read_claims
from pathlode.rivals.columns import (
    EVERYWHERE,
    adequate_errors,
    charged,
    failures,
    graphs_summary,
    one_line_a_metric,
    rankings,
    rivals_summary,
)
from pathlode.rivals.results import OUTSIDE_ERRORS, RivalScores, RivalTable

NAN = math.nan
ERRORS = {  # by data set and row: errors inside and in the next window, of two replicates
    ("spring", "path"): [(0.1, 0.2), (0.2, 0.4)],
    ("spring", "flow"): [(0.3, 0.1), (0.4, 0.9)],
    ("spring", "filter"): [(NAN, NAN), (0.5, 0.6)],
    ("spring", "constant"): [(1.0, 2.0), (1.1, 2.2)],
    ("speech", "path"): [(0.5, NAN), (0.6, NAN)],
    ("speech", "flow"): [(0.4, NAN), (0.5, NAN)],
    ("speech", "constant"): [(0.9, NAN), (0.8, NAN)],
}


@pytest.fixture
def scores():
    rows = [
        {"data": data, "row": row, "seed": seed, "interpolation_nmse": inside, "extrapolation_nmse": beyond}
        | {"outside_interpolation_nmse": 2 * inside if data == "spring" else NAN}
        | {"outside_extrapolation_nmse": 3 * beyond, "interpolation_crps": inside / 2, "extrapolation_crps": beyond / 2}
        | {"failure": "it diverged" if math.isnan(inside) else None}
        for (data, row), errors in ERRORS.items()
        for seed, (inside, beyond) in enumerate(errors)
    ]
    costs = {"candidates": 4, "spent_seconds": 9.0, "train_seconds": 2.0, "predict_ms": 0.5, "n_parameters": 100}
    return RivalScores(pd.DataFrame(rows).assign(tried="rates 0.02", **costs)).table


def test_a_failed_prediction_is_charged_what_a_user_falls_back_to(scores):
    found = charged(scores).set_index(["data", "row", "seed"]).sort_index()
    assert found.loc[("spring", "filter", 0), ["interpolation_nmse", "extrapolation_nmse"]].tolist() == [1.0, 2.0]
    assert found.loc[("spring", "filter", 0), list(OUTSIDE_ERRORS)].tolist() == [2.0, 6.0]
    assert found.loc[("spring", "filter", 0), "interpolation_crps"] == 0.5
    assert found.loc[("spring", "filter", 1), "interpolation_nmse"] == 0.5
    assert found.loc["speech", "extrapolation_nmse"].isna().all()
    assert found["failure"].notna().sum() == 1


def test_the_long_table_has_the_promised_columns_and_a_line_per_error(scores):
    table = one_line_a_metric(scores).table
    assert list(table) == ["data", "row", "replicate", "metric", "value", "train_seconds", "predict_ms", "n_parameters"]
    assert list(table) == list(RivalTable.columns)
    assert len(table) == 2 * 4 * 6 + 3 * 2 * 2  # nothing is forecast of speech, or asked out of range
    lost = table[table["value"].isna()]
    assert lost["row"].tolist() == ["filter"] * 6


def test_rows_are_ranked_over_replicates_and_over_data_sets(scores):
    table = rankings(scores).table
    spring = table[(table["data"] == "spring") & (table["metric"] == "extrapolation_nmse")].set_index("row")["rank"]
    assert spring.to_dict() == {"path": 1.5, "flow": 2.0, "filter": 3.0, "constant": 3.5}
    both = table[table["data"] == EVERYWHERE]
    assert set(both["metric"]) == {"interpolation_nmse"}  # the other error is of one data set alone
    assert both.set_index("row")["rank"].to_dict() == {"path": 1.5, "flow": 1.5, "constant": 3.0}
    assert set(both["blocks"]) == {2}
    assert rankings(scores[scores["row"] == "path"]).table.empty


CLAIM = {
    "paper": "ours", "claim": "is better", "systems": ["spring", "speech"], "table": "rivals_errors", "column": "data",
    "metric": "interpolation_nmse", "ours": {"row": "path"}, "target": "rivals", "margin": {"ratio": 2, "because": "so"},
}  # fmt: skip


def test_adequate_errors_are_those_of_the_claims(scores):
    rule = {"because": "so", "ceiling": {"spring": 0.25}, "trivial": {"row": "constant"}}
    other = {"because": "so", "ceiling": 0.01}
    claims = read_claims(
        [
            CLAIM | {"id": "X", "rival": {"row": "flow"}, "adequacy": rule},
            CLAIM | {"id": "Y", "rival": {"row": "filter"}, "adequacy": {"because": "none"}},
            CLAIM | {"id": "Z", "rival": {"row": "flow"}, "adequacy": other, "table": "others"},
        ],
        "claims.yaml",
    )
    found = adequate_errors(claims, "rivals_errors", scores)
    assert found == {("spring", "interpolation_nmse"): 0.25, ("speech", "interpolation_nmse"): pytest.approx(0.85)}


def test_rows_that_fail_are_named_with_what_was_tried(scores):
    adequate = {("spring", "interpolation_nmse"): 0.25, ("spring", "extrapolation_nmse"): np.nan}
    failed = failures(scores, adequate).table.set_index("row")
    assert failed.index.tolist() == ["flow", "filter"]
    assert failed.loc["flow", "reason"] == "error inside the window above 0.25"
    assert failed.loc["filter", "reason"] == "1 of 2 replicates: it diverged; error inside the window above 0.25"
    assert failed.loc["filter", ["tried", "candidates", "spent_seconds"]].tolist() == ["rates 0.02", 4, 9.0]
    summary = rivals_summary(scores, failed.reset_index()).set_index(["data", "row"])
    assert summary.loc[("spring", "path"), ["NMSE inside", "fails"]].tolist() == ["0.15 [0.1, 0.2]", ""]
    assert summary.loc[("spring", "flow"), "fails"] == "error inside the window above 0.25"
    assert failures(scores, {}).table["row"].tolist() == ["filter"]
    heard = failures(scores, {("speech", "interpolation_nmse"): 0.5}).table
    assert heard["reason"].tolist()[1:] == ["error at hidden values above 0.5"]


def test_graphs_are_summarised_with_the_number_of_failures():
    rows = [
        ("pair", "sindy", 1.0, 0.2, None),
        ("pair", "sindy", 0.5, NAN, "it diverged"),
        ("cycle", "sindy", NAN, 0.1, None),
    ]
    table = pd.DataFrame(rows, columns=["data", "row", "auroc", "intervened_nmse", "failure"]).assign(
        interpolation_nmse=0.3
    )
    found = graphs_summary(table).set_index("data")
    assert found.loc["pair", ["AUROC of edges", "NMSE, a quantity held", "failed"]].tolist() == [
        "0.75 [0.5, 1]",
        "0.2 [0.2, 0.2]",
        1,
    ]
    assert found.loc["cycle", ["AUROC of edges", "NMSE, a quantity held", "failed"]].tolist() == ["–", "0.1", 0]
