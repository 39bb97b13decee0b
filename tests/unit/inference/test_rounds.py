import pytest
import torch
from torch import distributions as d

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior import Posterior
from pathlode.inference.rounds import TruncatedPrior, infer_in_rounds

X = torch.tensor([[1.0, 0.5]])


@pytest.fixture
def narrowed(prior, known_flow, simulations):
    return TruncatedPrior(prior, Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,), simulations), X, 0.05)


def test_the_region_is_that_of_highest_density(narrowed, prior):
    """In the mapped parameters the posterior is N(x / 1.25, 0.2). Its density has a factor 1 / θ for the second one."""
    theta = prior.sample(20_000, 1)
    y = prior.to_reals(theta)[0]
    density = d.Normal(X / 1.25, 0.2**0.5).log_prob(y).sum(dim=1) - y[:, 1]
    draws = d.Normal(X / 1.25, 0.2**0.5).sample((20_000,))[:, 0]
    least = (d.Normal(X / 1.25, 0.2**0.5).log_prob(draws).sum(dim=1) - draws[:, 1]).quantile(0.05)
    assert float((narrowed.holds(theta) == (density >= least)).float().mean()) > 0.98
    assert narrowed.share == pytest.approx(float((density >= least).float().mean()), rel=0.1)


def test_draws_are_those_of_the_prior_inside(narrowed, prior):
    draws, whole = narrowed.sample(3000, 2), prior.sample(40_000, 3)
    whole = whole[narrowed.holds(whole)]
    assert narrowed.holds(draws).all()
    assert torch.allclose(draws.mean(dim=0), whole.mean(dim=0), atol=0.06)
    assert torch.equal(draws, narrowed.sample(3000, 2))
    inside = narrowed.log_prob(draws[:3]) - prior.log_prob(draws[:3])
    assert torch.allclose(inside, -torch.tensor(narrowed.share).log(), atol=1e-5)
    assert float(narrowed.log_prob(torch.tensor([[5.0, 0.5]]))) == -torch.inf


def test_a_narrow_region_is_drawn_from_by_the_posterior(prior, known_flow, simulations):
    """Where the prior is constant, the region of 95 % is an ellipse of radius √5.99 standard deviations, filled uniformly. A
    coordinate of it then has a quarter of the squared radius as its variance."""
    known_flow.width = 0.02
    posterior = Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,), simulations)
    narrow = TruncatedPrior(prior, posterior, X, 0.05)
    y = prior.to_reals(narrow.sample(4000, 1))[0]
    assert torch.allclose(y.std(dim=0), torch.tensor(0.02 * (5.99 / 4) ** 0.5), rtol=0.05)
    assert torch.allclose(y.mean(dim=0), X[0] / 1.25, atol=2e-3)
    density = d.Normal(0.0, 1.0).log_prob(X / 1.25).sum().exp()
    assert narrow.share == pytest.approx(float(density * torch.pi * 5.99 * 0.02**2), rel=0.1)


def test_rounds_come_closer_to_a_narrow_posterior():
    """Its standard deviation is 0.05. In a trial, one round with these settings gave 0.13."""
    ranges = []

    def simulate(theta):
        ranges.append(float(theta.amax() - theta.amin()))
        return theta + 0.05 * torch.randn(theta.shape)

    config = FlowConfig(steps=200, batch=128, learning_rate=0.02, transforms=1, width=16, affine=1)
    prior, seen = d.Uniform(torch.full((2,), -2.0), torch.full((2,), 2.0)), torch.tensor([[0.6, -0.4]])
    draws = infer_in_rounds(simulate, prior, seen, simulations=500, config=config).sample(seen, 2000)[:, 0]
    assert torch.allclose(draws.std(dim=0), torch.tensor(0.05), rtol=0.3)
    assert torch.allclose(draws.mean(dim=0), seen[0], atol=0.03)
    assert len(ranges) == 6  # in each round some simulations tell the shape of observations
    assert ranges[1] > ranges[3] > ranges[5]


def test_what_cannot_be_is_refused(prior, known_flow, simulations, monkeypatch):
    posterior = Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,), simulations)
    with pytest.raises(DataError, match=r"there are 2 observations, expected one: x\[:1\]"):
        TruncatedPrior(prior, posterior, X.repeat(2, 1))
    monkeypatch.setattr("pathlode.inference.rounds._LARGEST", 1)
    with pytest.raises(DataError, match="could be kept where the posterior of the observation lies: take fewer rounds"):
        TruncatedPrior(prior, posterior, torch.tensor([[30.0, 3.0]]))
    for x, message in (
        (X.repeat(2, 1), r"x has shape \(2, 2\), expected \(1, ...\): one observation with its axis"),
        (X * torch.nan, "x has a number that is not finite"),
        (TimeSeries(torch.zeros(2, 1), torch.zeros(2, 1, 1)), "there are 2 observations"),
    ):
        with pytest.raises(DataError, match=message):
            infer_in_rounds(lambda theta: theta, prior, x)
    for settings, message in (
        ({"rounds": 0}, "rounds is 0"),
        ({"left_out": 0.7}, "left_out is 0.7, expected a share"),
        ({"left_out": "a"}, "left_out is a, expected a share"),
    ):
        with pytest.raises(ConfigError, match=message):
            infer_in_rounds(lambda theta: theta, prior, X, **settings)
