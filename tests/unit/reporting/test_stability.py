import math

import pandas as pd
import pytest

from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.stability import (
    RepeatedCells,
    Stability,
    compare_repetition,
    count_changes,
    stability_page,
    stability_sentence,
)

CHANGES = {"threads": "one more thread per job"}


def run(verdicts, paper="A"):
    """A decided table of one claim, from verdicts in the order of the places p0, p1, ..."""
    rows = [
        {
            "id": "A1",
            "paper": paper,
            "where": f"p{place}",
            "verdict": verdict,
            "n": 0 if verdict == "not run" else 10,
            "ratio": 2.0,
            "low": 1.5,
            "high": 3.0,
            "target": "dynamics",
        }
        for place, verdict in enumerate(verdicts)
    ]
    return DecidedClaims(pd.DataFrame(rows, columns=list(DecidedClaims.columns))).table


REFERENCE = ["better", "better", "worse", "no difference", "undecided", "undecided", "inadequate", "better", "not run"]
REPEATED = ["better", "undecided", "better", "no difference", "undecided", "worse", "undecided", "not run", "better"]
"""Seven cells that both made: four decided (the second and third change, the third is contradicted), three others (two change)."""


def counted(reference, repeated, allowed=0.05):
    cells = compare_repetition(run(reference), run(repeated), "threads", "base")
    return count_changes(cells, "threads", "base", allowed)


def test_cells_that_both_runs_made_stand_side_by_side():
    cells = RepeatedCells(compare_repetition(run(REFERENCE), run(REPEATED), "threads", "base")).table
    assert cells[["where", "reference", "here", "agreement"]].to_numpy().tolist() == [
        ["p0", "better", "better", "confirmed"],
        ["p1", "better", "undecided", "undecided"],
        ["p2", "worse", "better", "contradicted"],
        ["p3", "no difference", "no difference", "confirmed"],
        ["p4", "undecided", "undecided", "confirmed"],
        ["p5", "undecided", "worse", "undecided"],
        ["p6", "inadequate", "undecided", "undecided"],
    ]
    assert cells["variation"].unique().tolist() == ["threads"]
    assert cells["against"].unique().tolist() == ["base"]
    assert cells[["reference_ratio", "reference_low", "reference_high"]].iloc[0].tolist() == [2.0, 1.5, 3.0]


def test_settings_compared_with_themselves_do_not_count():
    assert compare_repetition(run(REFERENCE, "control"), run(REPEATED, "control"), "threads", "base").empty


def test_decided_cells_and_others_are_counted_apart():
    row = counted(REFERENCE, REPEATED)
    assert list(Stability(pd.DataFrame([row])).table) == [
        *("variation", "against", "compared", "confirmed", "decided", "decided_changed", "contradicted"),
        *("others", "others_changed", "decided_share", "others_share"),
        *("allowed", "none_contradicted", "few_changed", "stable"),
    ]
    numbers = ("compared", "confirmed", "decided", "decided_changed", "contradicted", "others", "others_changed")
    assert [row[name] for name in numbers] == [7, 3, 4, 2, 1, 3, 2]
    assert (row["decided_share"], row["others_share"]) == (2 / 4, 2 / 3)
    assert (row["none_contradicted"], row["few_changed"], row["stable"]) == ("no", "no", "no")


@pytest.mark.parametrize(
    ("decided", "others", "expected"),
    [
        (["better"], ["undecided"] * 20, ("yes", "yes", "yes")),
        (["undecided"], ["undecided"] * 20, ("yes", "yes", "yes")),  # no longer decided, but not contradicted
        (["worse"], ["undecided"] * 20, ("no", "yes", "no")),
        (["no difference"], ["undecided"] * 20, ("no", "yes", "no")),
        (["better"], ["better", *["undecided"] * 19], ("yes", "yes", "yes")),  # 1 of 20 is 5%
        (["better"], ["better", *["undecided"] * 18, "worse"], ("yes", "no", "no")),  # 2 of 20 are 10%
        (["better"], ["inadequate", *["undecided"] * 18, "worse"], ("yes", "no", "no")),
    ],
)
def test_verdicts_are_stable_if_none_is_contradicted_and_few_others_change(decided, others, expected):
    row = counted(["better", *["undecided"] * 20], [*decided, *others])
    assert (row["none_contradicted"], row["few_changed"], row["stable"]) == expected


def test_a_repetition_that_changes_nothing_is_stable_whatever_is_decided():
    for verdict in ("better", "undecided"):
        row = counted([verdict] * 3, [verdict] * 3, allowed=0.0)
        assert (row["confirmed"], row["stable"]) == (3, "yes")
    assert math.isnan(counted(["better"], ["better"])["others_share"])


def test_the_sentence_says_both_conditions():
    assert stability_sentence(counted(REFERENCE, REPEATED), "one more thread per job") == (
        "With one more thread per job, the run confirms 3 of 7 verdicts of the run that it repeats, contradicts 1 of the 4 decided "
        "ones and changes 2 of the 3 not decided (66.7%; at most 5% may change): not stable."
    )
    assert stability_sentence(counted(["better"] * 2, ["better", "undecided"]), "other replicates") == (
        "With other replicates, the run confirms 1 of 2 verdicts of the run that it repeats and contradicts none of the 2 decided ones: "
        "stable."
    )
    assert stability_sentence(counted(["undecided"], ["undecided"]), "other replicates") == (
        "With other replicates, the run confirms 1 of 1 verdicts of the run that it repeats and changes none of the 1 not decided "
        "(0.0%; at most 5% may change): stable."
    )


def test_nothing_to_compare_is_neither_stable_nor_not():
    row = counted(["not run"], ["better"])
    assert (row["compared"], row["none_contradicted"], row["few_changed"], row["stable"]) == (0, "", "", "")
    assert stability_sentence(row, "other replicates") == (
        "With other replicates, the run made none of the cells of the run that it repeats."
    )


def test_the_page_lists_the_verdicts_that_change():
    cells = compare_repetition(run(REFERENCE), run(REPEATED), "threads", "base")
    row = count_changes(cells, "threads", "base", 0.05)
    sentences, counts, title, changed = stability_page([row], cells, CHANGES).split("\n\n")
    assert sentences == f"- {stability_sentence(row, CHANGES['threads'])}"
    assert counts.splitlines()[2] == (
        "| one more thread per job | the run that it repeats | 7 | 3 | 4 | 2 | 1 | 3 | 2 | no |"
    )
    assert counts.splitlines()[0].count("|") == counts.splitlines()[2].count("|")
    assert title == "## Verdicts that change"
    assert len(changed.splitlines()) == 2 + 4
    assert changed.splitlines()[3] == (
        "| one more thread per job | the run that it repeats | A1 | p2 | worse 2 [1.5, 3] | better 2 [1.5, 3] | contradicted |"
    )


def test_a_page_without_changes_ends_with_the_counts():
    cells = compare_repetition(run(["better"]), run(["better"]), "threads", "base")
    page = stability_page([count_changes(cells, "threads", "base", 0.05)], cells, CHANGES)
    assert "Verdicts that change" not in page
    assert page.endswith("| yes |\n")
