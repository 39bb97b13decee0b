import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import ScoredSplit
from pathlode.dynamics.systems.contract import System
from pathlode.inference.c2st import c2st
from pathlode.inference.ensemble import EnsembleConfig
from pathlode.inference.held_out import reference_posterior
from pathlode.inference.reference import McmcConfig

NOISE = 0.3


class Line(System):
    """x = a + b t: its posterior is normal."""

    features, parameters = ("x",), ("a", "b")
    low, high = (-3.0, -3.0), (3.0, 3.0)

    def draw(self, n, rng):
        return rng.uniform(self.low, self.high, (n, 2))

    def solution(self, parameters, times):
        return (parameters[:, :1] + parameters[:, 1:] * times)[..., None]


def test_a_reference_posterior_is_of_the_system_with_its_number():
    rng, system = np.random.default_rng(0), Line()
    truth, times = np.array([[2.0, 2.0], [0.5, -1.0]]), np.sort(rng.uniform(0, 1, (2, 20)), axis=1)
    values = system.solution(truth, times) + NOISE * rng.standard_normal((2, 20, 1))
    series = TimeSeries(torch.from_numpy(times), torch.from_numpy(values))
    everywhere = torch.ones(2, 40, dtype=torch.bool)
    held_out = ScoredSplit(series, torch.from_numpy(truth), inside=series, beyond=series, counted=everywhere)
    made = reference_posterior(
        system, held_out, 7, 1, NOISE, McmcConfig(chains=4, steps=2000), 200, 200, EnsembleConfig(200, 1, 20)
    )
    assert (made.seed.tolist(), made.number.tolist()) == ([7], [1])
    assert made.truth.tolist() == [[0.5, -1.0]]
    np.testing.assert_array_equal(made.values[0], values[1])
    assert made.draws.shape == (1, 400, 2)
    assert made.c2st_floor[0] == c2st(made.draws[0, ::2], made.draws[0, 1::2])
    assert made.c2st_second[0] == pytest.approx(0.5, abs=0.1)  # 400 draws: a standard error of 0.025
    assert made.predictive_coverage[0] == pytest.approx(0.9, abs=0.11)
    design = np.stack([np.ones(20), times[1]], axis=1)
    precision = design.T @ design / NOISE**2
    off = truth[1] - np.linalg.solve(precision, design.T @ values[1, :, 0]) / NOISE**2
    exact = 0.5 * np.linalg.slogdet(precision)[1] - np.log(2 * np.pi) - 0.5 * off @ precision @ off
    assert made.log_prob[0] == pytest.approx(exact, abs=0.05)
