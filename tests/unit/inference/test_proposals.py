import numpy as np
import pytest

from pathlode.inference.proposals import Mixture, proposal, tempered


def thin_arc(u):
    """Log-density of u_1 ~ N(0, 0.5²), and u_2 given u_1 ~ N(u_1², 0.03²), but for a constant."""
    return -0.5 * ((u[:, 0] / 0.5) ** 2 + ((u[:, 1] - u[:, 0] ** 2) / 0.03) ** 2)


def test_a_posterior_along_a_thin_arc_is_reached():
    rng = np.random.default_rng(0)
    found = proposal(thin_arc, 2, 1000, 40, rng)
    u = found.sample(4000, rng)
    log_weights = thin_arc(u) - found.log_density(u)
    weights = np.exp(log_weights - log_weights.max())
    assert weights.sum() ** 2 / (weights**2).sum() > 0.6 * len(u)
    assert np.exp(log_weights).mean() == pytest.approx(2 * np.pi * 0.5 * 0.03, rel=0.05)  # its integral


def test_its_density_integrates_to_one_and_is_that_of_its_draws():
    rng = np.random.default_rng(0)
    first = rng.standard_normal(2000)
    found = Mixture.fitted(np.stack([first, first**2 + rng.standard_normal(2000)], axis=1), rng)
    axes = np.linspace(-9, 9, 301), np.linspace(-20, 40, 501)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    density = np.exp(found.log_density(grid.reshape(-1, 2))).reshape(grid.shape[:2])
    area = (axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0])
    assert density.sum() * area == pytest.approx(1, abs=0.01)
    above = (density * (grid[..., 1] > 2)).sum() * area
    assert (found.sample(20_000, rng)[:, 1] > 2).mean() == pytest.approx(above, abs=0.015)


def test_too_few_rounds_are_logged(caplog):
    proposal(lambda u: 100 * thin_arc(u), 2, 100, 2, np.random.default_rng(0))
    assert "the posterior was not reached in 2 rounds: raise mcmc.rounds or mcmc.draws" in caplog.text


def test_weights_are_tempered_until_the_share_is_effective():
    """Half of the draws have weight e^-a: (1 + e^-βa)² / 2 (1 + e^-2βa) = 0.8 at e^-βa = 1 / 3."""
    log_weights = np.repeat([0.0, -2.0], 50)
    assert np.exp(-2.0 * tempered(log_weights, 0.8)) == pytest.approx(1 / 3)
    assert tempered(log_weights, 0.5) == 1.0
