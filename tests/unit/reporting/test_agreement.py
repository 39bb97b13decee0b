import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.reporting.agreement import agree, as_page, compare_runs, publish, read_published, sentence
from pathlode.reporting.claims import false_verdicts
from pathlode.reporting.decided_claims import DecidedClaims


@pytest.mark.parametrize(
    ("published", "here", "expected"),
    [
        ("better", "better", "confirmed"),
        ("undecided", "undecided", "confirmed"),
        ("inadequate", "inadequate", "confirmed"),
        ("better", "worse", "contradicted"),
        ("no difference", "better", "contradicted"),
        ("better", "undecided", "undecided"),
        ("undecided", "worse", "undecided"),
        ("better", "inadequate", "undecided"),
        ("inadequate", "no difference", "undecided"),
        ("inadequate", "undecided", "undecided"),
        ("better", "not run", "undecided"),
    ],
)
def test_two_verdicts_agree_or_not(published, here, expected):
    assert agree(published, here) == expected


def run(**verdicts):
    """A decided table; keys are ids, values verdicts by system."""
    cells = [(name, where, verdict) for name, of in verdicts.items() for where, verdict in of.items()]
    rows = [
        {
            "id": name,
            "where": where,
            "verdict": verdict,
            "paper": {"A": "A", "O": "ours", "C": "control"}[name[0]],
            "n": 0 if verdict == "not run" else 10,
            "ratio": 2.0,
            "low": 1.5,
            "high": 3.0,
            "target": "dynamics",
            "timed": "no",
            "p": 0.04,
        }
        for name, where, verdict in cells
    ]
    return DecidedClaims(pd.DataFrame(rows, columns=list(DecidedClaims.columns))).table


PUBLISHED = run(
    A1={"ring": "better", "rope": "undecided", "spring": "worse", "coil": "not run"},
    A2={"ring": "better"},
    O1={"ring": "better"},
    C1={"ring": "undecided"},
    A9={"ring": "better"},
)
HERE = run(
    A1={"ring": "better", "rope": "better", "coil": "better"},
    A2={"ring": "no difference"},
    O1={"ring": "worse"},
    C1={"ring": "better"},
)


def test_a_damaged_file_of_published_verdicts_is_to_be_restored(tmp_path):
    path = tmp_path / "published.csv"
    DecidedClaims(PUBLISHED).save(path)
    assert read_published(path)["verdict"].tolist() == PUBLISHED["verdict"].tolist()
    path.write_text("id,where\n")
    with pytest.raises(
        DataError, match=r"published.csv cannot be read .*: restore it, for example with `git checkout -- p"
    ):
        read_published(path)


def test_every_published_verdict_of_a_claim_that_was_made_is_compared():
    table = compare_runs(PUBLISHED, HERE).table
    assert table[["id", "where", "published", "here", "agreement"]].to_numpy().tolist() == [
        ["A1", "ring", "better", "better", "confirmed"],
        ["A1", "rope", "undecided", "better", "undecided"],
        ["A1", "spring", "worse", "not run", "undecided"],
        ["A2", "ring", "better", "no difference", "contradicted"],
        ["O1", "ring", "better", "worse", "contradicted"],
    ]


def test_the_sentence_counts_the_papers_verdicts():
    assert (
        sentence(compare_runs(PUBLISHED, HERE).table)
        == "This machine confirms 1 of 4 verdicts, is undecided on 2 (1 of them not part of this scale), contradicts 1."
    )


def test_a_run_confirms_itself():
    made = compare_runs(PUBLISHED, PUBLISHED).table
    assert set(made["agreement"]) == {"confirmed"}
    assert sentence(made) == "This machine confirms 5 of 5 verdicts, is undecided on none, contradicts none."


def test_without_published_verdicts_there_is_nothing_to_confirm():
    table = compare_runs(PUBLISHED.iloc[:0], HERE).table
    assert sentence(table) == "No published verdict belongs to what this run made."


def test_a_run_of_some_chapters_replaces_their_published_verdicts_only():
    other = run(A0={"ring": "worse"}, A5={"ring": "better"}).assign(target="inference")
    before = pd.concat([other.iloc[:1], PUBLISHED, other.iloc[1:]])
    after = publish(before, HERE, 0.05)
    assert list(zip(after["id"], after["where"], after["verdict"], strict=True)) == [
        ("A0", "ring", "worse"),
        ("A1", "ring", "better"),
        ("A1", "rope", "better"),
        ("A1", "coil", "better"),
        ("A2", "ring", "no difference"),
        ("O1", "ring", "worse"),
        ("C1", "ring", "better"),
        ("A5", "ring", "better"),
    ]
    older = before[before["id"] != "A2"]
    assert list(dict.fromkeys(publish(older, HERE, 0.05)["id"])) == [
        "A0",
        "A1",
        "A2",
        "O1",
        "C1",
        "A5",
    ]  # a claim that is new
    turned = publish(before, HERE.iloc[::-1], 0.05)  # of a run whose claims have another order
    assert list(dict.fromkeys(turned["id"])) == ["A0", "C1", "O1", "A2", "A1", "A5"]
    weaker = other.assign(paper="A", p=0.06)
    corrected = publish(pd.concat([PUBLISHED, weaker]), HERE, 0.05)
    assert corrected.loc[corrected["paper"] == "A", "survives"].eq("no").all()  # of a run of its own, 0.04 had survived
    assert publish(PUBLISHED, PUBLISHED, 0.05)["verdict"].tolist() == [
        verdict for verdict in PUBLISHED["verdict"] if verdict != "not run"
    ]


def test_the_page_shows_both_runs_beginning_with_what_differs():
    page = as_page(compare_runs(PUBLISHED, HERE).table, false_verdicts(HERE, 0.05))
    first, second, *rest = page.split("\n\n")
    assert first.startswith("This machine confirms 1 of 4")
    assert second == "Settings compared with themselves: 1 of 1 verdicts are false (100.0%; at most 5% are allowed)."
    papers = rest[1].splitlines()
    assert papers[2] == "| A2 | ring | better 2 [1.5, 3] | no difference 2 [1.5, 3] | contradicted |"
    assert [row.rsplit("|", 2)[1].strip() for row in papers[2:]] == [
        "contradicted",
        "undecided",
        "undecided",
        "confirmed",
    ]
    assert "| A1 | spring | worse 2 [1.5, 3] | not run | undecided |" in papers
