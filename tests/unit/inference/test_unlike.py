import numpy as np
import pytest

from pathlode.inference.designs import ObservationConfig
from pathlode.inference.unlike import DRIFT, parameters_outside, unlike
from pathlode.registry import SYSTEMS

SYSTEM = SYSTEMS["lotka_volterra"]()
LOW, HIGH = np.array(SYSTEM.low), np.array(SYSTEM.high)
EXACT = ObservationConfig(points=30, window=(5.0, 6.0), noise=1e-9)


def test_one_parameter_alone_is_outside_as_far_as_it_says():
    found = parameters_outside(SYSTEM, 300, np.random.default_rng(0))
    far = np.abs(found - (LOW + HIGH) / 2) / ((HIGH - LOW) / 2)
    assert ((far > 1).sum(axis=1) == 1).all()
    assert far.max(axis=1).min() >= 1.5
    assert far.max() <= 2
    assert ((far > 1).sum(axis=0) > 25).all()  # each parameter, about 50 times


def test_one_system_is_observed_at_other_times_each_time():
    series = unlike(SYSTEM, EXACT, [2.0, 1.0, 1.0, 2.0, 2.0, 2.0], 4, seed=1)["one system outside"]
    expected = SYSTEM.solution(np.tile([2.0, 1.0, 1.0, 2.0, 2.0, 2.0], (4, 1)), series.times.numpy())
    np.testing.assert_allclose(series.values.numpy(), expected, atol=1e-7)
    assert not series.times[0].equal(series.times[1])


def test_a_clock_that_speeds_up_starts_slowly_and_ends_at_the_same_time():
    series = unlike(SYSTEM, EXACT, HIGH, 4, seed=1)["drifting rates"]
    theta, times = SYSTEM.draw(4, np.random.default_rng([1, 3])), series.times.numpy()
    end = times[:, -1:]
    slowed = times * (1 - DRIFT + DRIFT * times / end)
    np.testing.assert_allclose(series.values.numpy(), SYSTEM.solution(theta, slowed), atol=1e-7)
    np.testing.assert_allclose(slowed[:, -1:], end)
    assert slowed[:, 0] / times[:, 0] == pytest.approx(1 - DRIFT, abs=0.1)
