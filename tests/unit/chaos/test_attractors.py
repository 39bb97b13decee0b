"""Divergences of orbits whose value is known."""

import numpy as np
import pytest

from pathlode.chaos.attractors import COUNT, STATE_BINS, mean_error, spectral_distance, spectrum, state_space_divergence
from pathlode.dynamics.systems.lorenz import Lorenz

PHASES = 2 * np.pi * np.arange(400) / 100  # four periods


def circle(frequency=1, phase=0.0):
    angle = frequency * PHASES + phase
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)[None]


def test_an_orbit_does_not_differ_from_itself():
    orbit = circle()
    assert state_space_divergence(orbit, orbit) == 0
    assert spectral_distance(orbit, orbit, 1.0) == pytest.approx(0, abs=1e-7)
    assert mean_error(orbit, orbit) == 0


def test_a_shift_in_phase_changes_neither_spectrum_nor_mean():
    assert spectral_distance(circle(phase=0.5), circle(), 1.0) == pytest.approx(0, abs=1e-6)
    assert mean_error(circle(phase=0.5), circle()) == pytest.approx(0, abs=1e-12)


def test_orbits_of_different_frequency_occupy_the_same_space_and_other_frequencies():
    assert state_space_divergence(circle(3), circle()) < 0.02  # the same points, but for rounding at the edges of bins
    assert spectral_distance(circle(10), circle(), 1.0) == pytest.approx(1, abs=1e-6)
    assert spectrum(circle(3), 0.1).argmax(axis=0).tolist() == [12, 12]  # three cycles in each of four periods


def test_a_point_that_stays_has_the_divergence_of_empty_bins():
    """All true points lie in bins of which the other orbit occupies one at most."""
    orbit, still = circle(), np.zeros((1, 400, 2))
    empty = COUNT / (400 + COUNT * STATE_BINS**2)
    assert state_space_divergence(still, orbit) == pytest.approx(-np.log(empty) - entropy(orbit), rel=1e-3)
    assert spectral_distance(still, orbit, 1.0) == 1


def entropy(orbit):
    low, high, std = orbit.min(axis=(0, 1)), orbit.max(axis=(0, 1)), orbit.std(axis=(0, 1))
    bins = [np.linspace(a - 0.1 * s, b + 0.1 * s, STATE_BINS + 1) for a, b, s in zip(low, high, std, strict=True)]
    counts = np.histogramdd(orbit[0], bins)[0].ravel() / orbit.shape[1]
    return -(counts[counts > 0] * np.log(counts[counts > 0])).sum()


def test_points_out_of_range_are_missing_mass():
    orbit = circle()
    far = np.concatenate([orbit, orbit + 100])
    assert state_space_divergence(far, orbit) == pytest.approx(np.log(2), rel=1e-3)
    assert state_space_divergence(np.full_like(orbit, np.inf), orbit) > 5


def test_means_differ_in_standard_deviations():
    assert mean_error(circle() + 3 * circle().std(axis=(0, 1)), circle()) == pytest.approx(3)


def test_independent_orbits_of_lorenz_leave_the_floor():
    """20,000 points, 0.02 apart, of several orbits: about 0.26 and 0.04."""
    rng, system = np.random.default_rng(0), Lorenz()
    moments = np.broadcast_to(0.02 * np.arange(500), (80, 500))
    orbits = system.solution(system.draw(80, rng), moments)
    mine, true = orbits[:40], orbits[40:]
    assert 0.15 < state_space_divergence(mine, true) < 0.4
    assert 0.01 < spectral_distance(mine, true, 0.5) < 0.1
    points = true.reshape(-1, 3)
    gaussian = rng.multivariate_normal(points.mean(axis=0), np.cov(points.T), size=true.shape[:2])
    assert 3.0 < state_space_divergence(gaussian, true) < 4.5
    assert spectral_distance(gaussian, true, 0.5) > 0.6
