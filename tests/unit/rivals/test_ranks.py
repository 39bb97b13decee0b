import math

import pandas as pd
import pytest

from pathlode.rivals.ranks import Ranking, critical_difference, ranking


def test_of_two_rows_the_critical_difference_is_that_of_a_normal_variable():
    """Their ranks differ by ±1 in every block: a difference of means has the standard deviation 1/√N if both are alike."""
    assert critical_difference(2, 16) == pytest.approx(1.959964 / 4, rel=1e-5)
    assert critical_difference(2, 16, level=0.01) == pytest.approx(2.575829 / 4, rel=1e-5)


def test_it_shrinks_with_the_blocks_and_grows_with_the_rows():
    assert critical_difference(5, 40) == pytest.approx(critical_difference(5, 10) / 2)
    assert critical_difference(6, 10) > critical_difference(5, 10)


def test_ranks_are_means_over_the_blocks_and_friedmans_test_is_that_of_its_statistic():
    """In four blocks the same order: 12 N / (k (k + 1)) (Σ R² - k (k + 1)² / 4) = 8, and with two degrees of freedom p = e⁻⁴."""
    errors = pd.DataFrame({"c": [3.0, 30, 0.3, 9], "a": [1.0, 10, 0.1, 2], "b": [2.0, 20, 0.2, 3]})
    found = ranking(errors)
    assert (found.rows, found.ranks, found.blocks) == (["a", "b", "c"], [1, 2, 3], 4)
    assert found.p == pytest.approx(math.exp(-4))
    assert found.critical_difference == critical_difference(3, 4)


def test_equal_errors_share_a_rank_and_a_missing_one_is_last():
    errors = pd.DataFrame({"a": [1.0, 5.0], "b": [1.0, math.nan], "c": [2.0, 4.0]})
    found = ranking(errors)
    assert dict(zip(found.rows, found.ranks, strict=True)) == {"a": 1.75, "b": 2.25, "c": 2.0}
    alike = ranking(pd.DataFrame({name: [1.0, 2.0] for name in "abc"}))
    assert (alike.ranks, alike.p) == ([2, 2, 2], 1)


def test_groups_are_the_largest_within_the_critical_difference():
    def alike(ranks, difference):
        return Ranking([str(rank) for rank in ranks], ranks, 9, 0.01, difference).alike()

    assert alike([1.0, 1.5, 3.0, 3.2], 1.0) == [(0, 1), (2, 3)]
    assert alike([1.0, 1.8, 2.6, 3.4], 1.0) == [(0, 1), (1, 2), (2, 3)]
    assert alike([1.0, 1.8, 2.6, 3.4], 1.7) == [(0, 2), (1, 3)]
    assert alike([1.0, 2.0], 1.0) == []  # a difference of the critical one counts
    assert alike([1.0, 2.0, 3.0], 9.0) == [(0, 2)]
