import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError
from pathlode.inference import reference as reference_module
from pathlode.inference.reference import McmcConfig, in_box, log_likelihood, posterior_draws

LOW, HIGH, NOISE = np.array([-3.0, -3.0]), np.array([3.0, 3.0]), 0.3


class Line(System):
    """x = a + b t: its posterior is normal."""

    features = ("x",)
    parameters = ("a", "b")

    def draw(self, n, rng):
        return rng.uniform(LOW, HIGH, (n, 2))

    def solution(self, parameters, times):
        return (parameters[:, :1] + parameters[:, 1:] * times)[..., None]


@pytest.fixture(scope="module")
def observed():
    times = np.linspace(0, 1, 20)
    return times, (0.5 - 1.0 * times + NOISE * np.random.default_rng(0).standard_normal(20))[:, None]


def sample(system, low, times, values, config):
    """Draws under a prior that is uniform between ``low`` and :data:`HIGH`."""
    return posterior_draws(*in_box(system, low, HIGH, times, values, NOISE), len(low), config, seed=0)


def normal(times, values):
    """Mean and covariance of the posterior of :class:`Line` under a flat prior."""
    design = np.stack([np.ones(20), times], axis=1)
    covariance = np.linalg.inv(design.T @ design) * NOISE**2
    return covariance @ design.T @ values[:, 0] / NOISE**2, covariance


def test_the_likelihood_is_that_of_the_noise(observed):
    times, values = observed
    theta = np.array([[0.5, -1.0], [0.0, 0.0]])
    residual = values[:, 0] - (theta[:, :1] + theta[:, 1:] * times)
    expected = -0.5 * (residual**2).sum(axis=1) / NOISE**2
    assert log_likelihood(Line(), theta, times, values, NOISE) == pytest.approx(expected)
    gapped = np.where(np.arange(20)[:, None] % 3, values, np.nan)
    seen = -0.5 * (residual[:, np.arange(20) % 3 > 0] ** 2).sum(axis=1) / NOISE**2
    assert log_likelihood(Line(), theta, times, gapped, NOISE) == pytest.approx(seen)


def test_chains_draw_from_the_exact_posterior(observed):
    times, values = observed
    config = McmcConfig(chains=4, warmup=100, steps=4000, draws=1000)
    reference = sample(Line(), LOW, times, values, config)
    mean, covariance = normal(times, values)
    draws = reference.draws.reshape(-1, 2)
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.02)
    assert np.cov(draws.T) == pytest.approx(covariance, rel=0.12)
    assert (reference.rhat < 1.01).all()
    assert (reference.ess > 1000).all()
    assert 0.1 < reference.acceptance < 1
    residual = values - Line().solution(mean[None], times[None])[0]
    evidence = np.log(2 * np.pi) + 0.5 * np.linalg.slogdet(covariance)[1] - 0.5 * (residual**2).sum() / NOISE**2
    assert reference.log_evidence == pytest.approx(evidence - np.log(HIGH - LOW).sum(), abs=0.05)
    again = sample(Line(), LOW, times, values, config)
    assert np.array_equal(again.draws, reference.draws)
    thinned = reference.thinned(100)
    assert thinned.shape == (100, 2)
    assert {tuple(row) for row in thinned} <= {tuple(row) for row in draws}


def test_no_draw_leaves_the_prior(observed):
    times, values = observed
    config = McmcConfig(chains=4)
    low = np.array([0.6, -3.0])  # above the likelihood's peak
    reference = sample(Line(), low, times, values, config)
    assert reference.draws.shape == (6000, 4, 2)
    mean, covariance = normal(times, values)
    exact = np.random.default_rng(0).multivariate_normal(mean, covariance, 400_000)
    exact = exact[exact[:, 0] >= 0.6]
    draws = reference.draws.reshape(-1, 2)
    assert draws.min(axis=0)[0] >= 0.6
    assert draws.mean(axis=0) == pytest.approx(exact.mean(axis=0), abs=0.01)
    assert draws.std(axis=0) == pytest.approx(exact.std(axis=0), rel=0.06)


class Square(Line):
    """x = a², which depends neither on the sign of a nor on b."""

    def solution(self, parameters, times):
        return np.broadcast_to(parameters[:, :1] ** 2, times.shape)[..., None]


def test_both_modes_of_a_posterior_are_found_and_kept_by_a_second_attempt(monkeypatch):
    tried, chains = [], reference_module._independence_chains
    monkeypatch.setattr(reference_module, "_independence_chains", lambda *given: tried.append(0) or chains(*given))
    times = np.linspace(0, 1, 4)
    values = 1.0 + NOISE * np.random.default_rng(0).standard_normal((4, 1))
    config = McmcConfig(chains=4, steps=2000, draws=500, effective=8000, attempts=2)  # more than one attempt can have
    reference = sample(Square(), LOW, times, values, config)
    assert len(tried) == 2
    a, b = reference.draws[..., 0], reference.draws[..., 1]
    assert (np.abs(np.abs(a) - values.mean() ** 0.5) < 0.5).all()
    assert (a > 0).mean() == pytest.approx(0.5, abs=0.05)
    assert b.std() == pytest.approx(3 / 3**0.5, rel=0.05)
    assert (reference.rhat < 1.01).all()


def test_no_parameters_are_asked_for_where_the_distribution_function_is_rounded_to_1():
    def log_likelihood_of(theta):
        assert np.isfinite(theta).all()
        return -0.5 * ((theta[:, 0] - 8.5) / 0.5) ** 2

    config = McmcConfig(chains=4, steps=1000, draws=500)
    found = posterior_draws(log_likelihood_of, lambda u: ndtri(ndtr(u)), 1, config, seed=0)  # infinite from 8.3 on
    assert found.draws.mean() == pytest.approx(8.5 / 1.25, abs=0.05)


def test_chains_that_have_not_mixed_are_logged(observed, caplog):
    times, values = observed
    sample(Line(), LOW, times, values, McmcConfig(chains=4, warmup=1, steps=8, attempts=1, draws=50))
    assert "R-hat is" in caplog.text
    assert "raise mcmc.steps or mcmc.draws" in caplog.text


@pytest.mark.parametrize("chains", [1, 3])
def test_chains_that_cannot_be_halved_are_refused(chains):
    with pytest.raises(ConfigError, match=f"chains is {chains}, expected an even number"):
        McmcConfig(chains=chains)
