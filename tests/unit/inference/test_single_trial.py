"""A line with normal noise, whose posterior is normal."""

import numpy as np
import pytest
import torch

from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.reference_posteriors import References
from pathlode.inference.single_trial import SingleTrial

TIMES, NOISE, DRAWS = np.linspace(-1, 1, 8), 0.3, 200


class Line:
    parameters, features = ("place", "slope"), ("x",)
    low, high = (-2.0, -2.0), (2.0, 2.0)

    def solution(self, parameters, times):
        return (parameters[:, :1] + parameters[:, 1:] * times)[..., None]


@pytest.fixture
def references():
    """The regression of values on times; the prior's density 1/16 has no part in a posterior this narrow."""
    rng, basis = np.random.default_rng(0), np.stack([np.ones_like(TIMES), TIMES], axis=1)
    truth = np.array([[0.5, -0.3]])
    values = basis @ truth[0] + NOISE * rng.standard_normal(len(TIMES))
    covariance = NOISE**2 * np.linalg.inv(basis.T @ basis)
    mean = covariance @ basis.T @ values / NOISE**2
    exact = torch.distributions.MultivariateNormal(torch.from_numpy(mean), torch.from_numpy(covariance))
    one = np.ones(1)
    return References(
        seed=np.array([3]),
        number=np.array([0]),
        truth=truth,
        times=TIMES[None],
        values=values[None, :, None],
        draws=rng.multivariate_normal(mean, covariance, (1, 2 * DRAWS)),
        log_prob=exact.log_prob(torch.from_numpy(truth)).numpy(),
        rhat=np.ones((1, 2)),
        ess=np.ones((1, 2)),
        **dict.fromkeys(("acceptance", "c2st_floor", "c2st_second", "seconds", "predictive_coverage"), one),
    )


def test_the_scores_are_near_those_of_the_exact_posterior(references):
    flow = FlowConfig(steps=150, batch=64, learning_rate=0.02, transforms=1, width=16, affine=1, validate_every=50)
    trial = SingleTrial(Line(), NOISE, flow, rounds=2, simulations=400, left_out=0.01)
    table = trial.scores(references, seed=3).set_index("parameter")
    assert list(table.index) == ["place", "slope", "all"]
    scores = table.loc["all"]
    assert abs(scores["log_prob_gap"]) < 2  # of the prior it is 5
    assert 0.2 < scores["effective"] <= 1
    assert scores["sharpened_c2st"] < 0.65
    assert table["rmse_over_prior_sd"].max() < 0.3
    assert scores["train_seconds"] > 0
