import math

import pandas as pd
import pytest

from pathlode.errors import ConfigError, DataError
from pathlode.reporting.claim_entries import read_claims
from pathlode.reporting.claims import as_markdown, decide, for_print, in_short, paired_ratio
from pathlode.reporting.decided_claims import DecidedClaims

ENTRY = {
    "id": "X1",
    "paper": "A",
    "claim": "ours is better",
    "paper_value": None,
    "systems": ["pendulum"],
    "table": "scores",
    "metric": "error",
    "ours": {"loss": "path"},
    "rival": {"loss": "kl"},
    "target": "dynamics",
}


def scores(ours, rival):
    rows = [("path", seed, value) for seed, value in enumerate(ours)] + [
        ("kl", seed, value) for seed, value in enumerate(rival)
    ]
    return pd.DataFrame(rows, columns=["loss", "seed", "error"]).assign(system="pendulum", train_seconds=2.0)


def verdict(ours, rival):
    return decide(read_claims([ENTRY], "claims.yaml"), {"scores": scores(ours, rival)}, 0.95).iloc[0]


def test_interval_is_that_of_a_paired_t_test_on_the_logarithms():
    ratio = paired_ratio([2.0, 4.0, 8.0], [1.0, 1.0, 1.0], 0.95)
    # logs: ln2 · (1, 2, 3), standard error ln2/√3, t(0.975, 2) = 4.30265
    half = math.log(2) / math.sqrt(3) * 4.302652729911275
    assert ratio.value == pytest.approx(4.0)
    assert ratio.low == pytest.approx(math.exp(2 * math.log(2) - half))
    assert ratio.high == pytest.approx(math.exp(2 * math.log(2) + half))


def test_pairing_removes_what_the_seeds_share():
    assert paired_ratio([2.0, 20.0, 200.0], [1.0, 10.0, 100.1], 0.95).verdict() == "holds"


def test_a_factor_raises_the_bar():
    ratio = paired_ratio([2.0, 2.1, 2.2], [1.0, 1.0, 1.0], 0.95)
    assert [ratio.verdict(factor) for factor in (1.0, 2.1, 3.0)] == ["holds", "unclear", "fails"]


def test_equal_ratios_say_nothing_about_their_spread():
    assert paired_ratio([120.0] * 5, [100.0] * 5, 0.95).verdict() == "unclear"


def test_runs_that_came_to_the_target_are_counted():
    table = scores([1.0, 1.1], [3.0, 3.2]).assign(reached=[True, True, False, True])
    row = decide(read_claims([ENTRY], "claims.yaml"), {"scores": table}, 0.95).iloc[0]
    assert row["reached"] == "2 ours, 1 rival"


def test_a_metric_without_a_ratio_names_the_claim():
    with pytest.raises(DataError, match="claim X1 on pendulum: a ratio needs"):
        decide(read_claims([ENTRY], "claims.yaml"), {"scores": scores([0.0], [1.0])}, 0.95)


@pytest.mark.parametrize(
    ("ours", "rival", "expected"),
    [
        ([1.0, 1.1, 0.9], [3.0, 3.1, 2.9], "holds"),
        ([3.0, 3.1, 2.9], [1.0, 1.1, 0.9], "fails"),
        ([1.0, 3.0, 1.0], [2.0, 1.0, 1.5], "unclear"),
        ([1.0], [5.0], "unclear"),  # one seed shows nothing
    ],
)
def test_verdicts(ours, rival, expected):
    row = verdict(ours, rival)
    assert row["verdict"] == expected
    assert row["n"] == len(ours)
    assert row["seconds"] == 4.0 * len(ours)


def test_a_setting_that_was_not_run_is_said_to_be_so():
    row = verdict([], [1.0])
    assert (row["verdict"], row["n"]) == ("not run", 0)
    assert pd.isna(row["value"])


def test_columns_and_markdown():
    table = decide(read_claims([ENTRY], "claims.yaml"), {"scores": scores([1.0, 1.1], [3.0, 3.2])}, 0.95)
    assert list(table.columns) == list(DecidedClaims.columns)
    assert as_markdown(table).splitlines()[0] == "| claim | paper's value | pendulum | target |"
    assert "| **X1** (A) ours is better | – | **holds** 3 [2.4, 3.6] | `snakemake dynamics` |" in as_markdown(table)


def test_each_system_is_decided_by_itself_and_gets_a_column():
    two = pd.concat([scores([1.0, 1.1], [3.0, 3.2]), scores([3.0, 3.2], [1.0, 1.1]).assign(system="spring")])
    claims = read_claims([ENTRY | {"systems": ["pendulum", "spring"]}, ENTRY | {"id": "X2"}], "claims.yaml")
    table = decide(claims, {"scores": two}, 0.95)
    assert table[["id", "system", "verdict"]].to_numpy().tolist() == [
        ["X1", "pendulum", "holds"],
        ["X1", "spring", "fails"],
        ["X2", "pendulum", "holds"],
    ]
    head, _, first, second = as_markdown(table).splitlines()
    assert head == "| claim | paper's value | pendulum | spring | target |"
    assert first.count("**holds**") == first.count("**fails**") == 1
    assert second.endswith("|  | `snakemake dynamics` |")


def test_markdown_leaves_out_what_was_not_run():
    claims = [ENTRY | {"systems": ["pendulum", "spring"]}, ENTRY | {"id": "X2", "systems": ["spring"]}]
    table = decide(read_claims(claims, "claims.yaml"), {"scores": scores([1.0, 1.1], [3.0, 3.2])}, 0.95)
    assert len(table) == 3
    head, _, row = as_markdown(table).splitlines()
    assert "spring" not in head
    assert row.startswith("| **X1**")


def test_for_print_a_row_is_a_claim_on_a_system_with_its_threshold():
    claims = [ENTRY | {"systems": ["pendulum", "spring"], "factor": 3.5}]
    table = for_print(decide(read_claims(claims, "claims.yaml"), {"scores": scores([1.0, 1.1], [3.0, 3.2])}, 0.95))
    assert list(table.columns) == ["id", "system", "claim", "ratio", "threshold", "verdict"]
    assert table[["id", "system", "threshold"]].to_numpy().tolist() == [["X1", "pendulum", "3.5"]]
    assert table["ratio"].iloc[0].startswith("3 [")


def test_in_short_the_papers_claims_stand_with_where_they_hold():
    two = pd.concat([scores([1.0, 1.1], [3.0, 3.2]), scores([3.0, 3.2], [1.0, 1.1]).assign(system="long_spring")])
    both = ENTRY | {"systems": ["pendulum", "long_spring"]}
    claims = read_claims([both, both | {"id": "X2", "paper": "ours"}], "claims.yaml")
    head, _, row = in_short(decide(claims, {"scores": two}, 0.95), "docs").splitlines()
    assert head == "| claim | holds | unclear | fails | details |"
    assert row == "| **X1** ours is better | pendulum |  | long spring | [`snakemake dynamics`](docs/dynamics.md) |"


def test_a_table_without_training_times_leaves_the_seconds_out():
    table = scores([1.0, 1.1], [3.0, 3.2]).drop(columns="train_seconds")
    assert pd.isna(decide(read_claims([ENTRY], "claims.yaml"), {"scores": table}, 0.95).iloc[0]["seconds"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "eror"}, "claim X1: there is no column 'eror' in the table 'scores'"),
        ({"table": "scorse"}, "there is no column 'error' in the table 'scorse'"),
        ({"ours": {"los": "path"}}, "claim X1: the table has no column 'los' to select rows by"),
    ],
)
def test_a_claim_about_nothing_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        decide(read_claims([ENTRY | change], "claims.yaml"), {"scores": scores([1.0], [1.0])}, 0.95)


@pytest.mark.parametrize("bad", [[0.0], [-1.0], [math.nan], [math.inf]])
def test_a_ratio_needs_positive_numbers(bad):
    with pytest.raises(DataError, match="positive numbers"):
        paired_ratio(bad, [1.0], 0.95)


def test_a_claim_that_chooses_several_rows_a_seed_is_refused():
    twice = pd.concat([scores([1.0, 1.0], [2.0, 2.0])] * 2)
    with pytest.raises(ConfigError, match="selects several rows per seed: name more columns"):
        decide(read_claims([ENTRY], "claims.yaml"), {"scores": twice}, 0.95)


def test_a_published_number_is_compared_with_every_seed():
    published = pd.DataFrame([{"loss": "paper", "seed": math.nan, "error": 2.0, "system": "pendulum"}])
    table = pd.concat([scores([1.0, 1.1, 0.9], [1.0, 1.0, 1.0]), published])
    entry = ENTRY | {"rival": {"loss": "paper"}}
    row = decide(read_claims([entry], "claims.yaml"), {"scores": table}, 0.95).iloc[0]
    expected = paired_ratio([2.0, 2.0, 2.0], [1.0, 1.1, 0.9], 0.95)
    assert (row["n"], row["value"], row["low"]) == (3, pytest.approx(expected.value), pytest.approx(expected.low))


def test_a_claim_may_be_tested_along_another_column_and_its_rival_stand_elsewhere_in_it():
    table = scores([1.0, 1.1], [3.0, 3.2]).rename(columns={"system": "split"})
    elsewhere = table.assign(split="spring", error=table["error"] * 10)
    entry = ENTRY | {"column": "split", "rival": {"loss": "path", "split": "spring"}}
    row = decide(read_claims([entry], "claims.yaml"), {"scores": pd.concat([table, elsewhere])}, 0.95).iloc[0]
    assert (row["system"], row["value"]) == ("pendulum", pytest.approx(10))


def test_every_target_has_a_table_of_its_own():
    other = ENTRY | {"id": "Y1", "target": "ecg"}
    table = decide(read_claims([ENTRY, other], "claims.yaml"), {"scores": scores([1.0], [2.0])}, 0.95)
    first, second = as_markdown(table).strip().split("\n\n")
    assert "**X1**" in first
    assert "`snakemake dynamics`" in first
    assert "**Y1**" in second
    assert second.startswith("| claim |")
