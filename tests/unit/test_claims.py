import math

import pandas as pd
import pytest

from pathlode.claims import COLUMNS, as_markdown, decide, paired_ratio, read_claims
from pathlode.errors import ConfigError, DataError

ENTRY = {
    "id": "X1",
    "paper": "A",
    "claim": "ours is better",
    "paper_value": None,
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
    return pd.DataFrame(rows, columns=["loss", "seed", "error"]).assign(train_seconds=2.0)


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
    assert paired_ratio([2.0, 20.0, 200.0], [1.0, 10.0, 100.1], 0.95).verdict == "holds"


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
    assert list(table.columns) == COLUMNS
    assert "| X1 | A | ours is better | 2.95 [" in as_markdown(table)
    assert "`snakemake dynamics`" in as_markdown(table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "eror"}, "claim X1: there is no column 'eror' in the table 'scores'"),
        ({"table": "scorse"}, "there is no column 'error' in the table 'scorse'"),
        ({"ours": {"los": "path"}}, "claim X1: there is no column 'los' to choose rows by"),
    ],
)
def test_a_claim_about_nothing_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        decide(read_claims([ENTRY | change], "claims.yaml"), {"scores": scores([1.0], [1.0])}, 0.95)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{**ENTRY, "colour": "blue"}], "claim number 1 has the unknown key 'colour'"),
        ([{k: v for k, v in ENTRY.items() if k != "metric"}], "claim number 1 misses 'metric'"),
        ([ENTRY, ENTRY], "the id 'X1' is used 2 times"),
        (None, "is not a list of mappings"),
        ([ENTRY | {"ours": None}], "claim number 1: ours is None, expected a mapping"),
        ([ENTRY | {"paper_value": "0.5x"}], "paper_value is '0.5x', expected a number or null"),
        ([ENTRY | {"target": 3}], "target is 3, expected a text"),
    ],
)
def test_wrong_entries_are_refused(entries, message):
    with pytest.raises(ConfigError, match=message):
        read_claims(entries, "claims.yaml")


@pytest.mark.parametrize("bad", [[0.0], [-1.0], [math.nan], [math.inf]])
def test_a_ratio_needs_positive_numbers(bad):
    with pytest.raises(DataError, match="positive numbers"):
        paired_ratio(bad, [1.0], 0.95)


def test_a_claim_that_chooses_several_rows_a_seed_is_refused():
    twice = pd.concat([scores([1.0, 1.0], [2.0, 2.0])] * 2)
    with pytest.raises(ConfigError, match="chooses several rows a seed: name more columns"):
        decide(read_claims([ENTRY], "claims.yaml"), {"scores": twice}, 0.95)
