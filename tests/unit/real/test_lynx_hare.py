import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

from pathlode.real.lynx_hare import LynxHare, from_quantiles, log_likelihood_of_pelts, log_populations, simulate_pelts

THETA = np.array([[0.55, 0.028, 0.8, 0.024, 34.0, 6.0, 0.25, 0.2]])
YEARS = np.arange(21.0)[None]


def test_the_prior_is_that_of_the_case_study():
    share = np.array([0.1, 0.5, 0.9])
    cut = [stats.truncnorm(-2, np.inf, 1.0, 0.5), stats.truncnorm(-1, np.inf, 0.05, 0.05)]
    logs = [stats.lognorm(1.0, scale=10.0), stats.lognorm(1.0, scale=np.exp(-1.0))]
    expected = [cut[0], cut[1], cut[0], cut[1], logs[0], logs[0], logs[1], logs[1]]
    found = from_quantiles(np.tile(share[:, None], (1, 8)))
    assert found == pytest.approx(np.stack([each.ppf(share) for each in expected], axis=1))
    drawn = LynxHare().draw(4000, np.random.default_rng(0))
    assert min(stats.kstest(column, each.cdf).pvalue for column, each in zip(drawn.T, expected, strict=True)) > 0.001


@pytest.mark.parametrize("theta", [THETA, np.array([[1.8, 0.01, 0.9, 0.12, 60.0, 0.5, 0.25, 0.2]])])
def test_populations_against_an_independent_solver_also_when_they_nearly_die_out(theta):
    alpha, beta, gamma, delta = theta[0, :4]

    def field(_, state):
        return [alpha - beta * np.exp(state[1]), delta * np.exp(state[0]) - gamma]

    peer = solve_ivp(field, (0, 20), np.log(theta[0, 4:6]), "DOP853", YEARS[0], rtol=1e-12, atol=1e-12).y.T
    ours = log_populations(theta, YEARS)[0]
    assert ours == pytest.approx(peer, abs=1e-6)
    assert LynxHare().solution(theta, YEARS)[0] == pytest.approx(np.exp(ours))
    if theta is not THETA:
        assert ours.min() < -10


def test_the_equilibrium_stays():
    """u = γ/δ = 40 and v = α/β = 25."""
    theta = np.array([[0.5, 0.02, 0.8, 0.02, 40.0, 25.0, 0.1, 0.1]])
    assert LynxHare().solution(theta, YEARS)[0] == pytest.approx(np.tile([40.0, 25.0], (21, 1)), rel=1e-10)


def test_the_likelihood_is_that_of_log_normal_noise_up_to_a_constant():
    rng = np.random.default_rng(0)
    pelts = LynxHare().solution(THETA, YEARS)[0] * np.exp(0.2 * rng.standard_normal((21, 2)))
    theta = np.concatenate([THETA, THETA * 1.1])
    populations = LynxHare().solution(theta, np.tile(YEARS, (2, 1)))
    expected = stats.lognorm(theta[:, None, 6:], scale=populations).logpdf(pelts).sum(axis=(1, 2))
    found = log_likelihood_of_pelts(theta, pelts)
    assert found[1] - found[0] == pytest.approx(expected[1] - expected[0])


def test_only_tables_like_the_measured_one_are_kept():
    measured = LynxHare().solution(THETA, YEARS)[0]
    shares, pelts = simulate_pelts(40, measured, 20.0, seed=[0, 1])
    assert shares.shape == (40, 8)
    assert pelts.shape == (40, 21, 2)
    assert (np.abs(np.log(pelts / measured)) < np.log(20.0)).all()
    theta = from_quantiles(shares)
    errors = np.log(pelts) - log_populations(theta, np.tile(YEARS, (40, 1)))
    assert (errors / theta[:, None, 6:]).std() == pytest.approx(1.0, abs=0.1)
    again, _ = simulate_pelts(40, measured, 20.0, seed=[0, 1])
    assert np.array_equal(shares, again)
