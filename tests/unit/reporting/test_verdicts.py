import math

import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.reporting.looks import Looks
from pathlode.reporting.verdicts import compare, false_discovery_rates, log_ratios, verdict

LOOKS = Looks()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.01, 3.0, "better"),
        (0.2, 0.99, "worse"),
        (0.95, 1.05, "no difference"),
        (1.01, 1.09, "no difference"),  # a difference, but within the margin
        (0.92, 0.99, "no difference"),
        (0.9, 1.05, "undecided"),  # the margin begins at 1/1.1 = 0.909
        (1.0, 3.0, "undecided"),
        (0.5, 2.0, "undecided"),
        (0.0, math.inf, "undecided"),
    ],
)
def test_the_verdict_is_where_the_interval_lies(low, high, expected):
    assert verdict(low, high, margin=1.1) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(3.1, 9.0, "better"), (2.8, 3.2, "no difference"), (1.5, 2.9, "worse"), (2.0, 4.0, "undecided")],
)
def test_a_factor_moves_the_margin_and_the_sides(low, high, expected):
    """Around 3, the margin of 1.1 is from 2.73 to 3.3."""
    assert verdict(low, high, margin=1.1, factor=3.0) == expected


def test_a_wide_margin_lets_a_small_loss_pass():
    assert [verdict(low, 0.95, margin) for low, margin in ((0.85, 1.1), (0.85, 1.25))] == ["worse", "no difference"]


def test_log_ratios_are_paired():
    assert log_ratios([2.0, 20.0], [1.0, 5.0]) == pytest.approx([math.log(2), math.log(4)])


@pytest.mark.parametrize("bad", [[0.0], [-1.0], [math.nan], [math.inf], [1.0, 2.0]])
def test_a_ratio_needs_equally_many_positive_numbers(bad):
    with pytest.raises(DataError, match="equally many positive numbers"):
        log_ratios(bad, [1.0])


def test_a_comparison_states_what_decides_it():
    logs = np.log([4.0, 1.5, 2.0, 3.0, 2.5, 0.9, 8.0, 2.2, 1.7, 3.3])
    made = compare(logs, LOOKS, margin=1.1)
    assert (made.n, made.look, made.level) == (10, 2, LOOKS.level(10))
    assert made.geometric_mean == pytest.approx(math.exp(logs.mean()))
    # a quarter of 10 is 2.5 values at either end: of the sorted ones, the third and the eighth count half
    middle = np.sort(logs)[2:8] @ [0.5, 1, 1, 1, 1, 0.5] / 5
    assert made.iqm == pytest.approx(math.exp(middle))
    assert made.share_better == 0.9
    # one negative logarithm, of the smallest rank: 2 · 2 / 1024 = 0.0039, below the level of 0.0105
    assert made.verdict == "better"
    assert made.low > 1
    assert made.p == pytest.approx(LOOKS.over_all(4 / 1024, 10))
    assert made.p < 0.05


def test_one_run_far_off_moves_the_geometric_mean_but_not_the_verdict():
    logs = np.append(np.full(9, math.log(2)) + np.linspace(-0.1, 0.1, 9), -30.0)
    made = compare(logs, LOOKS, margin=1.1)
    assert made.geometric_mean < 0.2
    assert (made.ratio, made.iqm) == (pytest.approx(2.0, rel=0.05), pytest.approx(2.0, rel=0.05))
    assert made.verdict == "undecided"  # at the tenth replicate one loss is the largest rank
    assert compare(np.tile(logs, 2), LOOKS, margin=1.1).verdict == "better"


@pytest.mark.parametrize(
    ("logs", "expected"), [([0.001 * k for k in range(-10, 10)], "no difference"), ([1.0] * 20, "better")]
)
def test_the_p_value_is_that_of_the_verdict(logs, expected):
    made = compare(np.array(logs), LOOKS, margin=1.1)
    assert made.verdict == expected
    assert made.p == pytest.approx(LOOKS.over_all(2 / 2**20, 20))  # all signs agree, against 1 or against both ends


def test_a_verdict_is_decided_exactly_if_its_p_value_is_within_the_budget():
    rng = np.random.default_rng(0)
    decided = []
    for _ in range(300):
        n = int(rng.choice([5, 10, 20]))
        made = compare(rng.normal(rng.choice([0.0, 0.3]), rng.choice([0.02, 0.2]), n), LOOKS, margin=1.1)
        assert (made.verdict != "undecided") == (made.p <= 0.05 * 1.0001), made
        decided.append(made.verdict)
    assert set(decided) == {"better", "worse", "no difference", "undecided"} or len(set(decided)) == 3


@pytest.mark.parametrize("logs", [[0.7], [0.7] * 5])
def test_one_replicate_and_few_equal_ones_decide_nothing(logs):
    made = compare(np.array(logs), LOOKS, margin=1.1)
    assert (made.verdict, made.low, made.high, made.p) == ("undecided", 0.0, math.inf, 1.0)


def test_false_discovery_rates_are_benjamini_and_hochbergs():
    # sorted: 0.01 · 4/1, 0.02 · 4/2, 0.04 · 4/3, 0.5 · 4/4, each the least of those that follow
    assert false_discovery_rates([0.5, 0.01, 0.04, 0.02]) == pytest.approx([0.5, 0.04, 0.16 / 3, 0.04])
    assert len(false_discovery_rates([])) == 0
