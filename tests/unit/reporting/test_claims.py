import math

import numpy as np
import pandas as pd
import pytest

from pathlode.errors import ConfigError, DataError
from pathlode.reporting.claim_entries import read_claims
from pathlode.reporting.claims import decide, false_verdicts, paired, settle
from pathlode.reporting.decided_claims import DecidedClaims, FalseVerdicts
from pathlode.reporting.looks import Looks
from pathlode.reporting.verdicts import compare

ENTRY = {
    "id": "X1",
    "paper": "A",
    "claim": "ours is better",
    "systems": ["pendulum"],
    "table": "scores",
    "metric": "error",
    "ours": {"loss": "path"},
    "rival": {"loss": "kl"},
    "target": "dynamics",
    "margin": {"ratio": 1.1, "because": "a tenth"},
    "adequacy": {"ceiling": 100, "because": "a hundred"},
}
LOOKS = Looks()
SMALL = 1 + 0.02 * np.sin(np.arange(10))
"""Errors about 1 that differ a little."""


def scores(ours, rival):
    rows = [("path", seed, value) for seed, value in enumerate(ours)] + [
        ("kl", seed, value) for seed, value in enumerate(rival)
    ]
    return pd.DataFrame(rows, columns=["loss", "seed", "error"]).assign(system="pendulum", train_seconds=2.0)


def decided(table, *entries):
    return decide(read_claims(list(entries) or [ENTRY], "claims.yaml"), {"scores": table}, LOOKS, "hour").table


@pytest.mark.parametrize(
    ("ours", "rival", "expected"),
    [
        (SMALL, 3 * SMALL[::-1], "better"),
        (3 * SMALL, SMALL[::-1], "worse"),
        (SMALL, SMALL[::-1], "no difference"),
        (SMALL, SMALL * 3.0 ** np.tile([-1, 1], 5), "undecided"),
        (300 * SMALL, 900 * SMALL, "inadequate"),
        (SMALL[:5], 3 * SMALL[4::-1], "better"),
        ([1.0], [5.0], "undecided"),  # one replicate shows nothing
    ],
)
def test_verdicts(ours, rival, expected):
    (row,) = decided(scores(ours, rival)).to_dict("records")
    assert row["verdict"] == expected
    assert row["n"] == len(ours)
    assert row["seconds"] == 4.0 * len(ours)
    assert row["adequacy"] == pytest.approx(min(np.median(ours), np.median(rival)) / 100)
    made = compare(np.log(np.array(rival) / np.array(ours)), LOOKS, 1.1)
    assert [row[name] for name in ("ratio", "low", "high", "iqm", "p")] == pytest.approx(
        [made.ratio, made.low, made.high, made.iqm, made.p]
    )


def test_pairing_removes_what_the_seeds_share():
    shared = np.array([1.0, 10.0, 100.0, 5.0, 50.0])
    ours, rival = shared * [1.0, 1.01, 0.99, 1.0, 1.02], 2 * shared
    assert decided(scores(ours, rival))["verdict"].item() == "better"
    assert decided(scores(ours, rival[::-1]))["verdict"].item() == "undecided"


def test_only_pairs_of_one_seed_count():
    table = scores(SMALL, 3 * SMALL)
    (row,) = decided(table[(table["loss"] == "path") | (table["seed"] > 3)]).to_dict("records")
    assert row["n"] == 6


def test_a_setting_that_was_not_run_is_said_to_be_so():
    row = decided(scores([], [1.0])).iloc[0]
    assert (row["verdict"], row["n"]) == ("not run", 0)
    assert pd.isna(row["ratio"])


def test_the_columns_are_the_files():
    assert list(decided(scores(SMALL, 3 * SMALL)).columns) == list(DecidedClaims.columns)
    assert list(DecidedClaims.columns)[:10] == [
        *("id", "paper", "claim", "where", "ratio", "low", "high", "n", "margin", "verdict"),
    ]


def test_runs_that_came_to_the_target_are_counted():
    table = scores(SMALL[:2], 3 * SMALL[:2]).assign(reached=[True, True, False, True])
    assert decided(table)["reached"].item() == "2 ours, 1 rival"


def test_limits_that_no_run_reaches_are_compared_with_nothing():
    (row,) = decided(scores(SMALL, SMALL[::-1]).assign(reached=False)).to_dict("records")
    assert (row["reached"], row["verdict"]) == ("0 ours, 0 rival", "inadequate")


def test_a_metric_without_a_ratio_names_the_claim():
    with pytest.raises(DataError, match="claim X1 on pendulum: a ratio needs"):
        decided(scores([0.0], [1.0]))


def test_each_system_is_decided_by_itself():
    two = pd.concat([scores(SMALL, 3 * SMALL[::-1]), scores(3 * SMALL, SMALL[::-1]).assign(system="spring")])
    table = decided(two, ENTRY | {"systems": ["pendulum", "spring"]}, ENTRY | {"id": "X2"})
    assert table[["id", "where", "verdict"]].to_numpy().tolist() == [
        ["X1", "pendulum", "better"],
        ["X1", "spring", "worse"],
        ["X2", "pendulum", "better"],
    ]


def test_points_of_accuracy_are_a_margin_at_the_compared_error():
    entry = ENTRY | {"margin": {"points": 0.2, "because": "a fifth"}}
    table = scores(
        [0.1, 0.2, 0.3], [0.2, 0.2, 0.4]
    )  # the median error of both is 0.2; a fifth of a point above it 0.202
    assert decided(table, entry)["margin"].item() == pytest.approx(1.01)


def test_only_the_papers_claims_with_something_to_compare_share_the_false_discoveries():
    table = decided(
        scores(SMALL, 3 * SMALL[::-1]),
        ENTRY,
        ENTRY | {"id": "X2", "rival": {"loss": "path"}},  # a ratio of exactly 1
        ENTRY | {"id": "X3", "paper": "ours"},
        ENTRY | {"id": "X4", "adequacy": {"ceiling": 0.1, "because": "a tenth"}},
        ENTRY | {"id": "X5", "systems": ["spring"]},
    ).set_index("id")
    assert table["verdict"].to_dict() == {
        "X1": "better",
        "X2": "no difference",
        "X3": "better",
        "X4": "inadequate",
        "X5": "not run",
    }
    assert (
        table.loc[["X1", "X2"], "q"].tolist() == table.loc[["X1", "X2"], "p"].tolist()
    )  # the two are equal: 2 · p / 2
    assert table.loc[["X1", "X2"], "survives"].tolist() == ["yes", "yes"]
    assert table.loc[["X3", "X4", "X5"], ["q", "survives"]].isna().all(axis=None)


def test_a_system_about_which_the_paper_says_nothing_has_no_share_in_its_false_discoveries():
    table = pd.concat([scores(SMALL, 3 * SMALL[::-1]), scores(SMALL, 3 * SMALL).assign(system="spring")])
    entry = ENTRY | {"systems": ["pendulum", "spring"], "unclaimed": ["spring"]}
    found = decided(table, entry)
    assert found["paper"].tolist() == ["A", "ours"]
    assert found["q"].iloc[0] == found["p"].iloc[0]  # the only test
    assert found.loc[1, ["q", "survives"]].isna().all()
    assert set(settle(read_claims([entry], "claims.yaml"), {"scores": table}, LOOKS).table["where"]) == {"pendulum"}


def test_many_undecided_claims_leave_less_to_a_weak_one():
    weak = SMALL * np.exp([0.5, 0.4, 0.6, 0.7, 0.5, 0.3, 0.8, 0.2, 0.6, -0.001])
    noise = scores(SMALL, SMALL * 3.0 ** np.tile([-1, 1], 5)).assign(system="spring")
    table = pd.concat([scores(SMALL, weak), noise])
    others = [ENTRY | {"id": f"Y{k}", "systems": ["spring"]} for k in range(9)]
    alone, among = decided(table, ENTRY).iloc[0], decided(table, ENTRY, *others).iloc[0]
    assert alone["verdict"] == among["verdict"] == "better"
    assert (alone["survives"], among["survives"]) == ("yes", "no")
    assert among["q"] == pytest.approx(10 * alone["p"])


def test_measured_times_leave_the_other_claims_as_they_are():
    others = [ENTRY | {"id": f"Y{k}", "timed": True} for k in range(3)]
    table = decided(scores(SMALL, 3 * SMALL), ENTRY, *others)
    assert table["q"].tolist() == pytest.approx(table["p"].tolist())  # equal p-values: k · p / k in each family
    noise = scores(SMALL, SMALL * 3.0 ** np.tile([-1, 1], 5)).assign(system="spring")
    timed = ENTRY | {"id": "T", "systems": ["spring"], "timed": True}
    table = decided(pd.concat([scores(SMALL, 3 * SMALL), noise]), ENTRY, timed)
    assert table["q"].tolist() == pytest.approx(table["p"].tolist())  # together the first would have 2 · p


HALVES = ENTRY | {"rival": {"loss": "path"}, "halves": True, "paper": "control"}


def test_halves_pair_the_first_replicates_with_the_others():
    (claim,) = read_claims([HALVES], "claims.yaml")
    table = scores([1.0, 2.0, 3.0, 4.0, 5.0], []).sample(frac=1, random_state=0)
    both = paired(claim, "pendulum", {"scores": table})
    assert both[["error_ours", "error_rival"]].to_numpy().tolist() == [[1.0, 3.0], [2.0, 4.0]]


def test_a_setting_against_itself_is_decided_as_rarely_as_stated():
    """On systems whose errors are skewed and share nothing but their distribution. Ten pairs are one look of four."""
    rng = np.random.default_rng(0)
    names = [f"system {k}" for k in range(200)]
    rows = [
        pd.DataFrame({"system": name, "loss": "path", "seed": range(20), "error": rng.lognormal(0.0, 1.5, 20)})
        for name in names
    ]
    table = decided(pd.concat(rows), HALVES | {"systems": names})
    assert set(table["n"]) == {10}
    made = FalseVerdicts(false_verdicts(table, LOOKS.error)).table.iloc[0]
    assert made["cells"] == 200
    assert made["share"] == made["false"] / 200 <= 0.02 < made["allowed"] == 0.05
    assert table["q"].isna().all()


LEFT_OUT = ENTRY | {"left_out": "without"}


def without_each(ours, rival):
    """The errors of both sides without each of three units, by unit and seed, from the errors with all."""
    rows = [
        (loss, seed, unit, error * factor)
        for loss, errors, factors in (("path", ours, (1.0, 1.5, 0.7)), ("kl", rival, (1.0, 0.6, 2.0)))
        for seed, error in enumerate(errors)
        for unit, factor in zip("abc", factors, strict=True)
    ]
    return pd.DataFrame(rows, columns=["loss", "seed", "without", "error"]).assign(system="pendulum")


def test_units_that_all_replicates_share_are_in_the_interval():
    tables = {"scores": scores(SMALL, 3 * SMALL[::-1]), "without": without_each(SMALL, 3 * SMALL[::-1])}
    claims = read_claims([LEFT_OUT], "claims.yaml")
    row, logs = decide(claims, tables, LOOKS, "hour").table.iloc[0], np.log(3 * SMALL[::-1] / SMALL)
    changes = np.log([[1.0], [0.6 / 1.5], [2.0 / 0.7]])
    expected = compare(logs, LOOKS, 1.1, without=logs + changes)
    assert [row["low"], row["high"], row["p"]] == pytest.approx([expected.low, expected.high, expected.p])
    assert (row["verdict"], decided(tables["scores"])["verdict"].item()) == ("undecided", "better")
    five = settle(claims, tables, LOOKS).table.set_index("n").loc[5]
    assert five["high"] == pytest.approx(compare(logs[:5], LOOKS, 1.1, without=(logs + changes)[:, :5]).high)


def test_rows_without_a_unit_are_those_of_the_claims_rows():
    """Another class of beats, say, has rows of its own; and a metric without such rows may have other systems only."""
    rows = without_each(SMALL, 3 * SMALL[::-1]).assign(part="whole")
    other = rows.assign(part="other", error=1.0)
    tables = {"scores": scores(SMALL, 3 * SMALL[::-1]).assign(part="whole")}
    claims = read_claims([LEFT_OUT | {"rows": {"part": "whole"}}], "claims.yaml")
    alone, both = (
        decide(claims, tables | {"without": table}, LOOKS, "hour").table for table in (rows, pd.concat([other, rows]))
    )
    assert alone.equals(both)
    elsewhere = rows.assign(system="elsewhere").drop(columns="error")
    fewer = decide(claims, tables | {"without": elsewhere}, LOOKS, "hour").table
    assert fewer["high"].item() == decided(tables["scores"])["high"].item()
    with pytest.raises(ConfigError, match="no column 'error' in the table 'without'"):
        decide(claims, tables | {"without": rows.drop(columns="error")}, LOOKS, "hour")


def test_a_rival_on_other_units_keeps_its_errors():
    rows = without_each(SMALL, 3 * SMALL[::-1])
    tables = {"scores": scores(SMALL, 3 * SMALL[::-1]), "without": rows[rows["loss"] == "path"]}
    row, logs = (
        decide(read_claims([LEFT_OUT], "claims.yaml"), tables, LOOKS, "hour").table.iloc[0],
        np.log(3 * SMALL[::-1] / SMALL),
    )
    expected = compare(logs, LOOKS, 1.1, without=logs - np.log([[1.0], [1.5], [0.7]]))
    assert [row["low"], row["high"]] == pytest.approx([expected.low, expected.high])


def test_without_rows_of_ours_the_replicates_alone_decide():
    tables = {"scores": scores(SMALL, 3 * SMALL[::-1]), "without": without_each([], [])}
    row = decide(read_claims([LEFT_OUT], "claims.yaml"), tables, LOOKS, "hour").table.iloc[0]
    assert row["low"] == decided(tables["scores"])["low"].item()


def test_a_score_that_does_not_exist_without_a_unit_leaves_the_claim_undecided():
    rows = without_each(SMALL, 3 * SMALL[::-1])
    rows.loc[rows["without"] == "b", "error"] = np.nan
    tables = {"scores": scores(SMALL, 3 * SMALL[::-1]), "without": rows}
    row = decide(read_claims([LEFT_OUT], "claims.yaml"), tables, LOOKS, "hour").table.iloc[0]
    assert (row["verdict"], row["low"], row["high"]) == ("undecided", 0.0, math.inf)


def test_settling_repeats_the_comparison_with_the_first_replicates():
    claims = read_claims([ENTRY, ENTRY | {"id": "X2", "paper": "ours"}], "claims.yaml")
    table = settle(claims, {"scores": scores(SMALL, 3 * SMALL[::-1])}, LOOKS).table
    assert table["n"].tolist() == list(range(2, 11))
    assert set(table["id"]) == {"X1"}
    five = compare(np.log(3 * SMALL[::-1] / SMALL)[:5], LOOKS, 1.1)
    row = table[table["n"] == 5].iloc[0]
    assert [row["ratio"], row["low"]] == pytest.approx([five.ratio, five.low])
    assert row["verdict"] == five.verdict == "better"


def test_a_table_without_training_times_leaves_the_seconds_out():
    table = scores([1.0, 1.1], [3.0, 3.2]).drop(columns="train_seconds")
    assert pd.isna(decided(table).iloc[0]["seconds"])


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
        decided(scores([1.0], [1.0]), ENTRY | change)


def test_a_claim_that_chooses_several_rows_a_seed_is_refused():
    twice = pd.concat([scores([1.0, 1.0], [2.0, 2.0])] * 2)
    with pytest.raises(ConfigError, match="selects several rows per replicate: name more columns"):
        decided(twice)


def test_a_published_number_is_compared_with_every_seed():
    published = pd.DataFrame([{"loss": "paper", "seed": math.nan, "error": 2.0, "system": "pendulum"}])
    table = pd.concat([scores([1.0, 1.1, 0.9], [1.0, 1.0, 1.0]), published])
    row = decided(table, ENTRY | {"rival": {"loss": "paper"}}).iloc[0]
    expected = compare(np.log(2 / np.array([1.0, 1.1, 0.9])), LOOKS, 1.1)
    assert (row["n"], row["ratio"], row["low"]) == (3, pytest.approx(expected.ratio), pytest.approx(expected.low))


def test_a_claim_may_be_tested_along_another_column_and_its_rival_stand_elsewhere_in_it():
    table = scores([1.0, 1.1], [3.0, 3.2]).rename(columns={"system": "split"})
    elsewhere = table.assign(split="spring", error=table["error"] * 10)
    entry = ENTRY | {"column": "split", "rival": {"loss": "path", "split": "spring"}}
    row = decided(pd.concat([table, elsewhere]), entry).iloc[0]
    assert (row["where"], row["ratio"]) == ("pendulum", pytest.approx(10))
