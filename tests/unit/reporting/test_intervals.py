import itertools
import math

import numpy as np
import pytest
from scipy import stats

from pathlode.reporting.intervals import interquartile_mean, interval, p_value, pseudomedian

TEN = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.0, 3.5, 8.0, 9.7])


def test_the_pseudomedian_is_the_median_of_all_pairs_means():
    # pairs of (0, 1, 5): 0, 1, 5, 0.5, 2.5, 3; their median is that of 0, 0.5, 1, 2.5, 3, 5
    assert pseudomedian(np.array([0.0, 1.0, 5.0])) == pytest.approx(1.75)


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([1.0, 3, 5, 7, 9, 11, 13, 15, 17], 9.0),  # symmetric
        ([0.0, 1.0, 3.0, 100.0], 2.0),  # the inner two
        ([0.0, 1.0, 2.0, 4.0, 100.0], (0.75 * 1 + 2 + 0.75 * 4) / 2.5),
        ([7.0], 7.0),
    ],
)
def test_the_interquartile_mean_is_that_of_the_middle_half(values, mean):
    assert interquartile_mean(np.array(values[::-1])) == pytest.approx(mean)


def test_few_values_have_students_interval():
    logs = math.log(2) * np.array([1.0, 2.0, 3.0])
    # standard error ln2/√3, t(0.975, 2) = 4.30265
    low, high = interval(logs, 0.05)
    assert [low, high] == pytest.approx(
        [math.log(2) * (2 + sign * 4.302652729911275 / math.sqrt(3)) for sign in (-1, 1)]
    )
    assert p_value(logs, 0.0) == pytest.approx(stats.ttest_1samp(logs, 0.0).pvalue)


@pytest.mark.parametrize("values", [[2.0], [1.0, 1.0, 1.0]])
def test_values_that_show_no_spread_have_an_interval_without_ends(values):
    low, high = interval(np.array(values), 0.05)
    assert (low, high) == (-math.inf, math.inf)
    assert p_value(np.array(values), 0.0) == 1.0


def test_ten_values_have_the_interval_of_the_signed_rank_test():
    # of the 1024 sums of signed ranks, 1 + 1 + 1 + 2 + 2 + 3 are at most 5: 2 · 10 / 1024 = 0.0195
    averages = sorted((a + b) / 2 for a, b in itertools.combinations_with_replacement(TEN, 2))
    assert len(averages) == 55
    assert interval(TEN, 20 / 1024) == (averages[5], averages[-6])
    assert interval(TEN, 19.9 / 1024) == (averages[4], averages[-5])
    assert interval(TEN, 1 / 1024) == (-math.inf, math.inf)


@pytest.mark.parametrize("n", [10, 15])
def test_the_p_value_is_that_of_the_signed_rank_test(n):
    values = np.random.default_rng(n).normal(0.4, 1.0, n)
    assert p_value(values, 0.0) == pytest.approx(stats.wilcoxon(values, method="exact").pvalue)


@pytest.mark.parametrize("n", [4, 10, 17])
def test_the_interval_holds_the_centres_whose_p_value_is_above_the_level(n):
    values = np.random.default_rng(n).standard_t(2, n)
    for level in (0.01, 0.05, 0.3):
        low, high = (float(bound) for bound in interval(values, level))
        assert p_value(values, low) > level * 0.999999
        assert p_value(values, high) > level * 0.999999
        assert p_value(values, low - 1e-6) <= level
        assert p_value(values, high + 1e-6) <= level


def test_ten_equal_values_have_an_interval_of_no_width():
    """Ten replicates with the same coarse score agree; their number is the evidence."""
    assert interval(np.full(10, 0.5), 0.01) == (0.5, 0.5)
    assert p_value(np.full(10, 0.5), 0.0) == 2 / 1024
    assert p_value(np.full(10, 0.5), 0.5) == 1.0


def test_many_experiments_are_done_at_once():
    values = np.random.default_rng(0).normal(size=(6, 12))
    together = interval(values, 0.02)
    for place, own in enumerate(values):
        assert (together[0][place], together[1][place]) == interval(own, 0.02)
        assert p_value(values, 0.1)[place] == p_value(own, 0.1)
        assert interquartile_mean(values)[place] == pytest.approx(interquartile_mean(own))
