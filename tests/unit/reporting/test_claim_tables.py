import math

import pandas as pd
import pytest

from pathlode.reporting.claim_tables import as_markdown, for_print, in_short, interval_text
from pathlode.reporting.decided_claims import DecidedClaims

CELL = {
    "id": "X1",
    "paper": "A",
    "claim": "ours is better",
    "where": "pendulum",
    "ratio": 3.0,
    "low": 2.4,
    "high": 3.6,
    "n": 10,
    "margin": 1.1,
    "verdict": "better",
    "q": 0.012,
    "survives": "yes",
    "target": "dynamics",
}


def table(*changes):
    return pd.DataFrame([CELL | change for change in changes], columns=list(DecidedClaims.columns))


def test_a_claim_is_a_row_and_a_system_a_column():
    text = as_markdown(table({}, {"where": "long_spring", "verdict": "worse", "ratio": 0.5}, {"id": "X2"}))
    head, _, first, second = text.splitlines()
    assert head == "| claim | paper's value | pendulum | long spring | target |"
    assert first == (
        "| **X1** (A) ours is better | – | **better** 3 [2.4, 3.6] | **worse** 0.5 [2.4, 3.6] | `snakemake dynamics` |"
    )
    assert second.endswith("|  | `snakemake dynamics` |")


def test_what_was_not_run_and_what_compares_a_setting_with_itself_is_left_out():
    text = as_markdown(table({}, {"where": "spring", "n": 0, "verdict": "not run"}, {"id": "AA", "paper": "control"}))
    assert "spring" not in text
    assert "AA" not in text


def test_a_verdict_that_is_no_discovery_has_a_dagger():
    weak = {"survives": "no", "q": 0.08}
    text = as_markdown(table(weak, weak | {"where": "spring", "verdict": "undecided"}))
    assert "**better**† 3" in text
    assert "**undecided** 3" in text


def test_every_target_has_a_table_of_its_own():
    first, second = as_markdown(table({}, {"id": "Y1", "target": "ecg"})).strip().split("\n\n")
    assert "**X1**" in first
    assert "`snakemake dynamics`" in first
    assert "**Y1**" in second
    assert second.startswith("| claim |")


def test_a_claim_says_on_which_systems_it_is_ours():
    ours = [{"paper": "ours", "where": name} for name in ("lorenz", "long_spring")]
    assert "| **X1** (A; ours on Lorenz-63, long spring) ours is better |" in as_markdown(table(ours[0], {}, ours[1]))
    assert "| **X1** (ours) ours is better |" in as_markdown(table(*ours))


def test_the_papers_value_stands_beside_ours():
    assert "| 1.032 |" in as_markdown(table({"paper_value": 1.032}))


def test_in_short_the_papers_claims_stand_with_their_systems_by_verdict():
    cells = (
        {},
        {"where": "long_spring", "verdict": "worse"},
        {"where": "rope", "survives": "no"},
        {"where": "ring", "verdict": "no difference"},
        {"where": "coil", "verdict": "inadequate", "survives": math.nan},
        {"where": "lorenz", "paper": "ours"},
        {"id": "X2", "paper": "ours"},
        {"id": "X3", "paper": "control"},
    )
    head, _, row = in_short(table(*cells), "docs").splitlines()
    assert head == "| claim | better | worse | no difference | undecided | inadequate | details |"
    assert row == (
        "| **X1** ours is better | pendulum, rope† | long spring | ring |  | coil | [`snakemake dynamics`](docs/dynamics.md) |"
    )


def test_for_print_a_row_is_a_claim_on_a_system():
    made = for_print(table({}, {"where": "spring", "n": 0, "verdict": "not run"}, {"paper": "ours", "q": math.nan}))
    assert list(made.columns) == ["id", "where", "claim", "ratio", "margin", "n", "verdict", "q"]
    assert made.to_numpy().tolist() == [
        ["X1", "pendulum", "ours is better", "3 [2.4, 3.6]", "1.1", 10, "better", "0.012"],
        ["X1", "pendulum", "ours is better", "3 [2.4, 3.6]", "1.1", 10, "better", ""],
    ]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((2.04, 0.9951, 45.3), "2 [0.995, 45]"), ((1.0, 0.0, math.inf), "1 [0, inf]"), ((math.nan,) * 3, "")],
)
def test_a_ratio_has_two_digits_or_three_near_one(numbers, text):
    assert interval_text(*numbers) == text
