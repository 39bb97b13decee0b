import pytest

from pathlode.errors import ConfigError
from pathlode.reporting.claim_entries import Adequacy, Claim, Margin
from pathlode.reporting.claim_families import load_claims, whole_entries

COMMON = {
    "paper": "A",
    "systems": ["pendulum"],
    "table": "scores",
    "metric": "error",
    "target": "dynamics",
    "margin": {"ratio": 1.1, "because": "a tenth"},
    "adequacy": {"because": "anything goes"},
}
PATH, KL = {"loss": "path"}, {"loss": "kl"}


def claims(given, **parts):
    """Some claims, by id; the families and names are in the other parts."""
    return whole_entries({"claims": given, **parts}, "claims.yaml")


def test_a_claim_comes_before_its_family():
    families = {
        "all": COMMON | {"ours": PATH, "rival": KL, "rows": {"encoder": "gru"}},
        "few": {"family": "all", "rows": {"observations": "few"}, "metric": "length"},
    }
    found = claims(
        {
            "X1": {"family": "all", "claim": "of the family"},
            "X2": {"family": "few", "claim": "of a family in a family", "paper": "ours"},
            "X3": {"family": "few", "claim": "its own column", "rows": {"encoder": "lstm"}, "ours": {"loss": "steer"}},
            "X4": "nothing but a sentence",
        },
        families=families,
    )
    few = COMMON | {"metric": "length", "ours": PATH, "rival": KL, "rows": {"encoder": "gru", "observations": "few"}}
    assert found == [
        COMMON | families["all"] | {"id": "X1", "claim": "of the family"},
        few | {"id": "X2", "claim": "of a family in a family", "paper": "ours"},
        few
        | {"id": "X3", "claim": "its own column", "ours": {"loss": "steer"}}
        | {"rows": {"encoder": "lstm", "observations": "few"}},
        {"id": "X4", "claim": "nothing but a sentence"},
    ]


def test_with_a_column_a_side_may_be_a_name():
    found = claims(
        {"X1": {"family": "all", "rival": "kl"}, "X2": {"family": "all", "rival": {"encoder": "lstm"}}},
        families={"all": {"by": "loss", "ours": "path"}},
    )
    assert found == [
        {"id": "X1", "ours": PATH, "rival": KL},
        {"id": "X2", "ours": PATH, "rival": {"encoder": "lstm"}},
    ]


def test_each_variant_is_a_claim_whose_rival_is_its_key():
    given = {"by": "loss", "ours": "path", "paper": "A", "claim": "beats it"}
    variants = {"kl-unit, steer_walk": {}, "old": {"rival": "older", "metric": "time"}, "line": "beats a line"}
    shared = {"ours": PATH, "paper": "A", "claim": "beats it"}
    assert claims({"X1": given | {"each": variants}}) == [
        shared | {"id": "X1-kl-unit", "rival": {"loss": "kl_unit"}},
        shared | {"id": "X1-steer-walk", "rival": {"loss": "steer_walk"}},
        shared | {"id": "X1-old", "rival": {"loss": "older"}, "metric": "time"},
        shared | {"id": "X1-line", "rival": {"loss": "line"}, "claim": "beats a line"},
    ]
    assert [claim["id"] for claim in claims({"X1": given | {"each": ["kl", "line"]}})] == ["X1-kl", "X1-line"]


def test_variants_of_a_claim_are_our_own_besides_it():
    family = {"by": "loss", "ours": "path", "rival": "kl", "paper": "A"}
    found = claims({"X1": {"family": "all", "also": {"none": {}, "old": {"paper": "B"}}}}, families={"all": family})
    assert found == [
        {"id": "X1", "ours": PATH, "rival": KL, "paper": "A"},
        {"id": "X1-none", "ours": PATH, "rival": {"loss": "none"}, "paper": "ours"},
        {"id": "X1-old", "ours": PATH, "rival": {"loss": "old"}, "paper": "B"},
    ]


def test_a_key_may_stand_in_texts_instead_of_being_the_rival():
    given = {"rows": {"rate": "{key} Hz"}, "rival": KL, "claim": "better at {key} Hz", "each": [90, 22.5]}
    assert claims({"X1": given}) == [
        {"id": "X1-90", "rows": {"rate": "90 Hz"}, "rival": KL, "claim": "better at 90 Hz"},
        {"id": "X1-22.5", "rows": {"rate": "22.5 Hz"}, "rival": KL, "claim": "better at 22.5 Hz"},
    ]


def test_a_claim_may_have_one_sentence_for_all_rivals():
    given = {"by": "loss", "ours": "path", "claim": "beats {rival} by far", "each": ["kl_unit", "old"]}
    words = {"kl_unit": "KL with a weight of 1", "old": "an older one"}
    assert [claim["claim"] for claim in claims({"X1": given}, rivals=words)] == [
        "beats KL with a weight of 1 by far",
        "beats an older one by far",
    ]
    message = "claim X1-elder: rival is 'elder', expected one of kl_unit, old, or a sentence without {rival}"
    with pytest.raises(ConfigError, match=message):
        claims({"X1": given | {"each": ["elder"]}}, rivals=words)


def test_systems_margins_and_adequacy_can_be_names():
    tenth, half, inside = {"ratio": 1.1}, {"ceiling": 0.5}, {"ceiling": 0.1}
    found = claims(
        {
            "X1": {"systems": "all", "margin": "tenth", "adequacy": "half"},
            "X2": {"systems": ["all"], "margin": {"points": 1}, "adequacy": ["inside", {"ceiling": 3}]},
        },
        systems={"all": ["pendulum", "spring"]},
        margins={"tenth": tenth},
        adequacy={"half": half, "inside": inside},
    )
    assert found == [
        {"id": "X1", "systems": ["pendulum", "spring"], "margin": tenth, "adequacy": half},
        {"id": "X2", "systems": ["all"], "margin": {"points": 1}, "adequacy": [inside, {"ceiling": 3}]},
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "claims.yaml is None, expected a mapping"),
        (
            {"claim": {}},
            "claims.yaml has the unknown key 'claim', expected families, systems, margins, adequacy, rivals, claims",
        ),
        ({"claims": []}, r"claims.yaml: claims is \[\], expected a mapping"),
        ({"claims": {}}, "claims.yaml has no claims, expected them by id under `claims`"),
        ({"claims": {"X1": 3}}, "claims.yaml: claim X1 is 3, expected a mapping"),
        ({"claims": {"X1": {"each": "kl"}}}, "claim X1: each is 'kl', expected a list of keys or a mapping"),
        ({"claims": {"X1": {"also": {"kl": 3}}}}, "claim X1: also: kl is 3, expected a mapping"),
        ({"claims": {"X1": {"each": ["kl"], "also": ["kl"]}}}, "claim X1 has each and also, expected one of them"),
        (
            {"families": {"all": {}}, "claims": {"X1": {"family": "al"}}},
            "claims.yaml: claim X1: family is 'al', expected one of all",
        ),
        (
            {"families": {"all": {"family": "all"}}, "claims": {"X1": {"family": "all"}}},
            "claim X1: family all: family is 'all', expected one of ",
        ),
        (
            {"margins": {"tenth": {}}, "claims": {"X1": {"margin": "tneth"}}},
            "claims.yaml: claim X1: margin is 'tneth', expected one of tenth, or the value itself",
        ),
        (
            {"adequacy": {"half": {}}, "claims": {"X1": {"adequacy": ["half", "most"]}}},
            "claims.yaml: claim X1: adequacy is 'most', expected one of half, or the value itself",
        ),
    ],
)
def test_what_stands_for_nothing_is_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        whole_entries(given, "claims.yaml")


def test_a_file_of_claims(tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text("""
        margins: { tenth: { ratio: 1.1, because: enough } }
        claims:
          X1: { target: dynamics, table: scores, systems: [pendulum], by: loss, ours: path, rival: kl, paper: A, metric: error,
            margin: tenth, adequacy: { because: all is }, claim: ours is better }
    """)
    (claim,) = load_claims(path)
    sides = {"ours": PATH, "rival": KL, "margin": Margin("enough", 1.1), "adequacy": [Adequacy("all is")]}
    assert claim == Claim("X1", "A", "ours is better", ["pendulum"], "scores", "error", target="dynamics", **sides)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "claims:\n  X1: so\n  X1: again\n",
            "claims.yaml, line 3: the key 'X1' stands twice, expected once",
        ),
        ("claims: {", "claims.yaml is no YAML: "),
        ("claims: { X1: so }", "claims.yaml: claim X1 lacks 'paper'"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path, text, message):
    path = tmp_path / "claims.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_claims(path)
