import math

import numpy as np
import pandas as pd
import pytest

from pathlode.reporting.floors import accuracy_excess, missed_share


def test_a_missed_share_is_no_less_than_half_a_case():
    missed = missed_share(pd.Series([0.75, 1.0, 0.999, 0.0, np.nan]), pd.Series([10, 10, 100, 4, 4]))
    assert missed.tolist() == pytest.approx([0.25, 0.05, 0.005, 1.0, np.nan], nan_ok=True)


def test_the_bound_follows_the_number_of_cases():
    """Without an error among 5000 images, among ten thousand, and among the characters of 1000 texts of 32."""
    assert [missed_share(1.0, n) for n in (5000, 10_000, 32_000)] == pytest.approx([1e-4, 5e-5, 1.5625e-5])
    assert missed_share(0.99995, 5000) == pytest.approx(1e-4)  # a quarter of an error
    assert missed_share(0.9998, 5000) == pytest.approx(2e-4)  # one


def test_an_excess_is_no_less_than_the_standard_error_of_a_difference():
    """Of two shares of 20000 draws, half of which are right: √(2 · 0.25 / 20000) = 1 / 200."""
    assert accuracy_excess(0.75, 0.5, 20_000) == 0.25
    assert accuracy_excess(np.array([0.504, 0.4, np.nan]), 0.5, 20_000) == pytest.approx(
        [0.005, 0.005, np.nan], nan_ok=True
    )


def test_the_least_excess_is_the_spread_of_the_difference_of_two_shares():
    right = np.random.default_rng(0).binomial(200, 0.5, (2, 20_000)) / 200
    assert (right[0] - right[1]).std() == pytest.approx(accuracy_excess(0.0, 1.0, 200), rel=0.02)
    assert accuracy_excess(0.0, 1.0, 200) == math.sqrt(0.5 / 200)
