import pytest

from pathlode.errors import ConfigError
from pathlode.reporting.claim_entries import Adequacy, Claim, Margin, read_claims

MARGIN, ADEQUATE = {"ratio": 1.1, "because": "a tenth"}, {"ceiling": 0.5, "because": "half"}
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
    "margin": MARGIN,
    "adequacy": ADEQUATE,
}
READ = {"margin": Margin(**MARGIN), "adequacy": [Adequacy(**ADEQUATE)]}


def without(*names):
    return {name: value for name, value in ENTRY.items() if name not in names}


def test_an_entry_by_itself_is_a_claim_without_a_published_value():
    (claim,) = read_claims([ENTRY], "claims.yaml")
    assert claim == Claim(**ENTRY | READ, paper_value=None, factor=1.0, column="system", halves=False)


def test_a_claim_may_have_several_rules_of_adequacy():
    other = {"ceiling": 0.1, "because": "a tenth", "table": "others"}
    (claim,) = read_claims([ENTRY | {"adequacy": [ADEQUATE, other]}], "claims.yaml")
    assert claim.adequacy == [Adequacy(**ADEQUATE), Adequacy(**other)]


def test_a_claim_is_ours_on_the_systems_about_which_the_paper_says_nothing():
    entry = ENTRY | {"unclaimed": ["spring"]}
    one, two = read_claims([entry, entry | {"id": "X2", "systems": ["pendulum", "spring"]}], "claims.yaml")
    assert (one.made_by("pendulum"), two.made_by("pendulum"), two.made_by("spring")) == ("A", "A", "ours")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{**ENTRY, "colour": "blue"}], "claims.yaml: claim X1 has the unknown key 'colour', expected id, paper"),
        ([without("metric")], "claims.yaml: claim X1 lacks 'metric', expected id, paper"),
        ([without("id")], "claims.yaml: claim number 1 lacks 'id'"),
        ([ENTRY, ENTRY], "the id 'X1' is used 2 times, expected once"),
        ([ENTRY | {"ours": None}], "claim X1: ours is None, expected a mapping"),
        ([ENTRY | {"rows": []}], r"claim X1: rows is \[\], expected a mapping"),
        ([ENTRY | {"paper_value": "0.5x"}], "paper_value is '0.5x', expected a number or null"),
        ([ENTRY | {"target": 3}], "target is 3, expected a text"),
        ([ENTRY | {"factor": "3x"}], "factor is '3x', expected a number"),
        ([ENTRY | {"halves": "yes"}], "halves is 'yes', expected true or false"),
        ([ENTRY | {"timed": "yes"}], "timed is 'yes', expected true or false"),
        ([without("margin")], "claim X1 lacks 'margin'"),
        ([without("adequacy")], "claim X1 lacks 'adequacy'"),
        ([ENTRY | {"margin": 1.1}], "margin is 1.1, expected a mapping with because, ratio, points"),
        ([ENTRY | {"margin": {"ratio": 1.1}}], "claim X1: margin lacks 'because'"),
        ([ENTRY | {"margin": {"because": "why"}}], "expected either a ratio or points"),
        ([ENTRY | {"margin": MARGIN | {"points": 0.2}}], "expected either a ratio or points"),
        ([ENTRY | {"margin": MARGIN | {"ratio": 0.9}}], "expected a ratio above 1 or points above 0"),
        ([ENTRY | {"adequacy": ADEQUATE | {"colour": 1}}], "adequacy has the unknown key 'colour'"),
        ([ENTRY | {"adequacy": {"ceiling": 1}}], "claim X1: adequacy lacks 'because'"),
        ([ENTRY | {"adequacy": [ADEQUATE, {"ceiling": 1}]}], "claim X1: adequacy lacks 'because'"),
        ([ENTRY | {"adequacy": []}], r"claim X1: adequacy is \[\], expected a rule or a list of rules"),
        (
            [ENTRY | {"adequacy": ADEQUATE | {"ceiling": {"ring": "1x"}}}],
            "ceiling is {'ring': '1x'}, expected a number",
        ),
        ([ENTRY | {"adequacy": ADEQUATE | {"trivial": "constant"}}], "expected mappings from columns to values"),
        ([ENTRY | {"systems": []}], r"systems is \[\], expected a list of names"),
        ([ENTRY | {"unclaimed": "spring"}], "unclaimed is 'spring', expected a list of names"),
        ([ENTRY | {"unclaimed": ["spring"]}], "claim X1: unclaimed names 'spring', expected a system of a claim"),
    ],
)
def test_wrong_entries_are_refused(entries, message):
    with pytest.raises(ConfigError, match=message):
        read_claims(entries, "claims.yaml")
