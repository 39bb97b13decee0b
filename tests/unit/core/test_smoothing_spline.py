"""Smoothing splines against scipy's, and against lines."""

import numpy as np
import pytest
from scipy.interpolate import make_smoothing_spline

from pathlode.core.smoothing_spline import smoothing_spline

RNG = np.random.default_rng(3)
AT = np.linspace(-0.1, 7.2, 50)


@pytest.mark.parametrize("n", [5, 40])
def test_the_curve_is_that_of_scipy(n):
    times = np.sort(RNG.uniform(0, 7, n))
    for noise in (0.0, 0.01, 1.0):
        values = np.sin(2 * times) + noise * RNG.standard_normal(n)
        assert np.allclose(smoothing_spline(times, values, AT), make_smoothing_spline(times, values)(AT), atol=1e-5)


def test_a_line_is_kept_whatever_the_smoothness():
    times = np.sort(RNG.uniform(0, 7, 20))
    assert np.allclose(smoothing_spline(times, 3 - 2 * times, AT), 3 - 2 * AT)
