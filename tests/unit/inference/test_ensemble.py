import numpy as np
import pytest

from pathlode.errors import ConfigError
from pathlode.inference.ensemble import EnsembleConfig, ensemble_draws


def test_walkers_draw_from_the_exact_posterior():
    """A normal prior and x = θ + noise in three dimensions, of which one is measured ten times as precisely as the others."""
    noise, x = np.array([0.5, 0.5, 0.05]), np.array([1.0, -2.0, 0.3])
    config = EnsembleConfig(walkers=2000, moves=1, steps=20)

    def draws(seed):
        return ensemble_draws(
            lambda theta: -0.5 * (((x - theta) / noise) ** 2).sum(axis=1), lambda u: u, 3, config, 2000, seed
        )

    found, variance = draws(0), noise**2 / (1 + noise**2)
    assert found.shape == (2000, 3)
    assert (found.mean(axis=0) - x / (1 + noise**2)) / variance**0.5 == pytest.approx(np.zeros(3), abs=0.15)
    assert found.std(axis=0) == pytest.approx(variance**0.5, rel=0.1)
    assert np.array_equal(found, draws(0))


def test_walkers_stay_in_both_modes_of_a_posterior():
    """x = θ², measured precisely: as many walkers are below 0 as above."""
    config = EnsembleConfig(walkers=1000, moves=1, steps=5)
    draws = ensemble_draws(
        lambda theta: -0.5 * ((theta[:, 0] ** 2 - 1) / 0.1) ** 2, lambda u: u, 1, config, 1000, seed=0
    )
    assert np.abs(draws) == pytest.approx(1, abs=0.3)
    assert (draws > 0).mean() == pytest.approx(0.5, abs=0.06)


def test_walkers_that_cannot_be_halved_are_refused():
    with pytest.raises(ConfigError, match=r"ensemble.walkers is 7, expected an even number"):
        EnsembleConfig(walkers=7)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (2, "ensemble.walkers is 4, which is less than 9 draws: raise it"),
        (3, "ensemble.walkers is 4, expected at least twice the 3 parameters: raise it"),
    ],
)
def test_fewer_walkers_than_draws_and_fewer_walkers_than_directions_are_refused(parameters, message):
    with pytest.raises(ConfigError, match=message):
        ensemble_draws(lambda theta: np.zeros(len(theta)), lambda u: u, parameters, EnsembleConfig(4, 1, 1), 9, 0)
