import math

import pandas as pd
import pytest

from pathlode.errors import ConfigError
from pathlode.reporting.adequacy import adequacy
from pathlode.reporting.claim_entries import read_claims

ENTRY = {
    "id": "X1",
    "paper": "A",
    "claim": "ours is better",
    "systems": ["pendulum"],
    "table": "speed",
    "metric": "steps",
    "ours": {"row": "path"},
    "rival": {"row": "kl"},
    "target": "dynamics",
    "margin": {"ratio": 1.1, "because": "enough"},
}
SCORES = pd.DataFrame(
    [
        ("pendulum", "path", 0.2),
        ("pendulum", "path", 0.4),
        ("pendulum", "path", 9.0),
        ("pendulum", "kl", 0.6),
        ("pendulum", "constant", 0.5),
        ("spring", "constant", 0.1),
    ],
    columns=["system", "row", "error"],
)
SPEED = pd.DataFrame(
    [
        ("pendulum", "path", "end", 3.0),
        ("pendulum", "path", "start", 8.0),
        ("pendulum", "kl", "end", 1.0),
        ("pendulum", "kl", "start", 5.0),
    ],
    columns=["system", "row", "at", "steps"],
)
TABLES = {"scores": SCORES, "speed": SPEED}


def found(where="pendulum", **rule):
    return judged({"because": "enough", **rule}, where=where)


def judged(adequate, where="pendulum", **own):
    (claim,) = read_claims([ENTRY | own | {"adequacy": adequate}], "claims.yaml")

    def rows(table, facts):
        chosen = TABLES[table]
        for column, value in facts.items():
            chosen = chosen[chosen[column] == value]
        return chosen

    return adequacy(claim, where, rows)


OTHER = {"table": "scores", "metric": "error"}


def test_the_better_sides_median_is_held_against_the_ceiling():
    assert found(**OTHER, ceiling=0.8) == pytest.approx(0.4 / 0.8)
    assert found(**OTHER, ceiling=0.1) == pytest.approx(4.0)


def test_the_trivial_predictor_is_as_ours_but_for_what_it_names():
    assert found(**OTHER, trivial={"row": "constant"}) == pytest.approx(0.4 / 0.5)


def test_the_smaller_bound_counts():
    assert found(**OTHER, trivial={"row": "constant"}, ceiling=0.1) == pytest.approx(4.0)
    assert found(**OTHER, trivial={"row": "constant"}, ceiling=5) == pytest.approx(0.8)


def test_a_ceiling_may_differ_by_system():
    assert found(**OTHER, ceiling={"pendulum": 0.2, "spring": 1.0}) == pytest.approx(2.0)


@pytest.mark.parametrize(
    "rule",
    [{}, {"ceiling": {"spring": 1.0}}, {"trivial": {"row": "never_run"}}],
    ids=["no bound", "none for this system", "no trivial rows"],
)
def test_without_a_bound_everything_is_adequate(rule):
    assert math.isnan(found(**OTHER, **rule))


def test_without_a_sides_rows_nothing_is_said():
    assert math.isnan(found("spring", **OTHER, ceiling=1.0))


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ConfigError, match="claim X1: adequacy names the column 'eror', which 'scores' lacks"):
        found(table="scores", metric="eror", ceiling=1.0)


def rule(**facts):
    return {"because": "enough", **facts}


@pytest.mark.parametrize(
    ("ceilings", "expected"),
    [((0.5, 6.0), 0.8), ((0.5, 2.0), 1.2), ((0.2, 0.5), 3.0), ((0.5, 0.1), 10.0)],
    ids=["ours does both", "each does one", "the rival misses less", "neither"],
)
def test_of_several_rules_one_side_must_satisfy_all(ceilings, expected):
    """The medians are 0.4 of ours and 0.6 of the rival in errors, 3 and 1 in steps at the end."""
    error, steps = ceilings
    both = [rule(**OTHER, rows={}, ceiling=error), rule(ceiling=steps)]
    assert judged(both, rows={"at": "end"}) == pytest.approx(expected)


def test_a_rule_has_the_claims_rows_unless_it_names_its_own():
    assert judged(rule(ceiling=1.0), rows={"at": "end"}) == pytest.approx(1.0)
    assert judged(rule(ceiling=1.0, rows={"at": "start"}), rows={"at": "end"}) == pytest.approx(5.0)


def test_a_rule_without_a_bound_leaves_the_others():
    assert judged([rule(), rule(**OTHER, ceiling=0.8)]) == pytest.approx(0.4 / 0.8)
