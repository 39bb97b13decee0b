"""Measures of forecasts whose value is known."""

import numpy as np
import pytest

from pathlode.chaos.forecasts import NUDGE, VALID_ERROR, exponent, smape, valid_prediction_time

TIMES = np.arange(1, 121)[None] / 20  # six units
EXPONENTS = np.array([2.0])
TRUTH = np.ones((1, 3, 120, 2))


def growing(rate, first=1e-3):
    """A forecast whose error in both features grows at a rate."""
    return TRUTH + (first * np.exp(rate * TIMES))[:, None, :, None]


def test_a_forecast_is_valid_until_its_error_has_grown_to_the_threshold():
    expected = np.log(VALID_ERROR / 1e-3) / 2.0
    found = valid_prediction_time(growing(2.0), TRUTH, TIMES, EXPONENTS)
    assert found == pytest.approx(2.0 * expected, abs=2.0 / 20)  # in Lyapunov times, to the spacing of the times


def test_valid_times_range_from_nothing_to_the_whole_forecast():
    late = TRUTH.copy()
    late[:, :, 0] += 1
    assert valid_prediction_time(late, TRUTH, TIMES, EXPONENTS) == [0]
    assert valid_prediction_time(TRUTH, TRUTH, TIMES, EXPONENTS) == [12]
    assert valid_prediction_time(np.full_like(TRUTH, np.nan), TRUTH, TIMES, EXPONENTS) == [0]


def test_relative_errors_range_from_0_to_200():
    assert smape(TRUTH, TRUTH, TIMES, EXPONENTS, 1.0) == [0]
    assert smape(-TRUTH, TRUTH, TIMES, EXPONENTS, 1.0) == [200]
    assert smape(np.full_like(TRUTH, np.nan), TRUTH, TIMES, EXPONENTS, 1.0) == [200]
    assert smape(3 * TRUTH, TRUTH, TIMES, EXPONENTS, 1.0) == pytest.approx([100])


def test_a_horizon_is_in_lyapunov_times():
    wrong_later = TRUTH.copy()
    wrong_later[:, :, 10:] *= -1  # from the eleventh twentieth on
    assert smape(wrong_later, TRUTH, TIMES, EXPONENTS, 1.0) == [0]
    assert smape(wrong_later, TRUTH, TIMES, EXPONENTS, 2.0) == pytest.approx([100])


@pytest.mark.parametrize("rate", [2.0, 3.0, 0.0, -1.5])
def test_the_exponent_is_the_rate_at_which_near_forecasts_part(rate):
    apart = TRUTH + (NUDGE * np.exp(rate * TIMES))[:, None, :, None]
    assert exponent(TRUTH, apart, TIMES, EXPONENTS) == pytest.approx([rate / 2.0], abs=1e-3)


def test_parted_forecasts_tell_no_exponent():
    assert np.isnan(exponent(TRUTH, TRUTH + 1, TIMES, EXPONENTS)).all()
    assert np.isnan(exponent(TRUTH, np.full_like(TRUTH, np.nan), TIMES, EXPONENTS)).all()
