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


def claims(*groups, **parts):
    """The claims of a file with these groups; the families and names are in the other parts."""
    return whole_entries({"claims": {f"group {k}": group for k, group in enumerate(groups)}, **parts}, "claims.yaml")


def test_a_claim_comes_before_its_group_and_that_before_its_family():
    families = {
        "all": COMMON | {"ours": PATH, "rival": KL, "rows": {"encoder": "gru"}},
        "few": {"family": "all", "rows": {"observations": "few"}, "metric": "length"},
    }
    found = claims(
        {"shared": {"family": "all"}, "X1": "of the family", "X2": {"claim": "its own metric", "metric": "time"}},
        {
            "shared": {"family": "few", "paper": "ours", "rival": {"observations": "all"}},
            "X3": "of a family in a family",
            "X4": {"claim": "its own column", "rows": {"encoder": "lstm"}, "ours": {"loss": "steer"}},
        },
        families=families,
    )
    gru = {"ours": PATH, "rival": KL, "rows": {"encoder": "gru"}}
    few = {"paper": "ours", "metric": "length", "rival": KL | {"observations": "all"}}
    assert found == [
        COMMON | gru | {"id": "X1", "claim": "of the family"},
        COMMON | gru | {"id": "X2", "claim": "its own metric", "metric": "time"},
        COMMON
        | few
        | {"id": "X3", "claim": "of a family in a family", "ours": PATH}
        | {"rows": {"encoder": "gru", "observations": "few"}},
        COMMON
        | few
        | {"id": "X4", "claim": "its own column", "ours": {"loss": "steer"}}
        | {"rows": {"encoder": "lstm", "observations": "few"}},
    ]


def test_with_a_column_a_side_may_be_a_name():
    found = claims(
        {"shared": {"by": "loss", "ours": "path"}, "X1": {"rival": "kl"}, "X2": {"rival": {"encoder": "lstm"}}}
    )
    assert found == [
        {"id": "X1", "ours": PATH, "rival": KL},
        {"id": "X2", "ours": PATH, "rival": {"encoder": "lstm"}},
    ]


def test_the_keys_of_rivals_are_rivals():
    shared = {"rivals_of": "X1", "by": "loss", "ours": "path", "rival": "kl"}
    found = claims({"shared": shared, "kl-unit": "beats it", "old": {"rival": "older", "claim": "beats it too"}})
    assert found == [
        {"id": "X1-kl-unit", "ours": PATH, "rival": {"loss": "kl_unit"}, "claim": "beats it"},
        {"id": "X1-old", "ours": PATH, "rival": {"loss": "older"}, "claim": "beats it too"},
    ]


def test_a_group_may_have_one_sentence_for_all_rivals():
    shared = {"rivals_of": "X1", "by": "loss", "ours": "path", "claim": "beats {rival} by far", "rivals": ["kl_unit"]}
    words = {"kl_unit": "KL with a weight of 1", "older": "an older one"}
    group = {"shared": shared, "old": {"rival": "older", "metric": "time"}, "steer": {"claim": "beats STEER"}}
    assert claims(group, rivals=words) == [
        {"id": "X1-kl-unit", "ours": PATH, "rival": {"loss": "kl_unit"}, "claim": "beats KL with a weight of 1 by far"},
        {
            "id": "X1-old",
            "ours": PATH,
            "rival": {"loss": "older"},
            "claim": "beats an older one by far",
            "metric": "time",
        },
        {"id": "X1-steer", "ours": PATH, "rival": {"loss": "steer"}, "claim": "beats STEER"},
    ]
    for changed, message in (
        (
            {"rivals": ["elder"]},
            "claim X1-elder: rival is 'elder', expected one of kl_unit, older, or a sentence without",
        ),
        ({"rivals": "kl_unit"}, "rivals is 'kl_unit', expected a list of names"),
        ({"rivals_of": None}, "rivals is \\['kl_unit'\\], expected a list of names, in a group with rivals_of"),
    ):
        with pytest.raises(ConfigError, match=message):
            claims(group | {"shared": shared | changed}, rivals=words)


def test_systems_margins_and_adequacy_can_be_names():
    tenth, half, inside = {"ratio": 1.1}, {"ceiling": 0.5}, {"ceiling": 0.1}
    found = claims(
        {
            "shared": {"systems": "all", "margin": "tenth", "adequacy": "half"},
            "X1": {},
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
        ({"claims": {}}, "claims.yaml has no claims, expected groups of them under `claims`"),
        ({"claims": {"near": "X1"}}, "claims.yaml: near is 'X1', expected a mapping"),
        ({"claims": {"near": {"X1": 3}}}, "claims.yaml: near: X1 is 3, expected a mapping"),
        ({"claims": {"near": {"shared": 3, "X1": "so"}}}, "claims.yaml: near: shared is 3, expected a mapping"),
        (
            {"families": {"all": {}}, "claims": {"near": {"shared": {"family": "al"}, "X1": "so"}}},
            "claims.yaml: near: shared: family is 'al', expected one of all",
        ),
        (
            {"families": {"all": {"family": "all"}}, "claims": {"near": {"shared": {"family": "all"}, "X1": "so"}}},
            "shared: family all: family is 'all', expected one of ",
        ),
        (
            {"margins": {"tenth": {}}, "claims": {"near": {"X1": {"margin": "tneth"}}}},
            "claims.yaml: claim X1: margin is 'tneth', expected one of tenth, or the value itself",
        ),
        (
            {"adequacy": {"half": {}}, "claims": {"near": {"X1": {"adequacy": ["half", "most"]}}}},
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
          near:
            shared: { target: dynamics, table: scores, systems: [pendulum], by: loss, ours: path, rival: kl }
            X1: { paper: A, metric: error, margin: tenth, adequacy: { because: all is }, claim: ours is better }
    """)
    (claim,) = load_claims(path)
    sides = {"ours": PATH, "rival": KL, "margin": Margin("enough", 1.1), "adequacy": [Adequacy("all is")]}
    assert claim == Claim("X1", "A", "ours is better", ["pendulum"], "scores", "error", target="dynamics", **sides)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "claims:\n  near:\n    X1: so\n    X1: again\n",
            "claims.yaml, line 4: the key 'X1' stands twice, expected once",
        ),
        ("claims: {", "claims.yaml is no YAML: "),
        ("claims: { near: { X1: so } }", "claims.yaml: claim X1 lacks 'paper'"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path, text, message):
    path = tmp_path / "claims.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_claims(path)
