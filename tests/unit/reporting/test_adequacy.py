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


def found(where="pendulum", **rule):
    (claim,) = read_claims([ENTRY | {"adequacy": {"because": "enough", **rule}}], "claims.yaml")

    def rows(table, facts):
        assert table == rule.get("table", "speed")
        chosen = SCORES
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
