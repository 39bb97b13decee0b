import math

import pytest
import torch
from torch import distributions as d

from pathlode.errors import ConfigError, DataError
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior import Posterior
from pathlode.inference.sharpening import sharpened

X = torch.tensor([[1.0, 0.5]])
DRAWS = 20_000


@pytest.fixture
def posterior(known_flow, simulations):
    return Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,), simulations)


@pytest.fixture
def log_likelihood(prior):
    return lambda theta: d.Normal(prior.to_reals(theta)[0], 0.5).log_prob(X).sum(dim=1)


def test_the_exact_posterior_needs_no_weights(posterior, log_likelihood):
    found = sharpened(posterior, X, log_likelihood, DRAWS)
    assert found.effective == pytest.approx(DRAWS, rel=1e-3)
    evidence = d.Normal(0.0, 1.25**0.5).log_prob(X).sum()
    assert found.log_evidence == pytest.approx(float(evidence), abs=1e-3)


def test_a_wide_posterior_is_sharpened(posterior, known_flow, log_likelihood):
    """With a standard deviation of 1.5 times the exact one, ∫ p² / q is 1.5² / √(2 · 1.5² - 1) in each dimension."""
    known_flow.width *= 1.5
    found = sharpened(posterior, X, log_likelihood, DRAWS)
    assert found.effective / DRAWS == pytest.approx((math.sqrt(2 * 1.5**2 - 1) / 1.5**2) ** 2, rel=0.03)
    assert float(found.mean[0]) == pytest.approx(0.8, abs=0.02)
    draws = found.sample(4000)
    assert float(draws[:, 0].std()) == pytest.approx(0.2**0.5, rel=0.05)
    assert float(draws[:, 1].log().mean()) == pytest.approx(0.4, abs=0.03)


def test_what_cannot_be_sharpened_is_refused(posterior, known_flow, log_likelihood):
    with pytest.raises(DataError, match=r"there are 2 observations, expected one: x\[:1\]"):
        sharpened(posterior, X.repeat(2, 1), log_likelihood, 10)
    with pytest.raises(
        DataError,
        match=r"the log-likelihood has shape \(10, 2\) and 0 NaN or infinite, expected a number, or minus infinity, for",
    ):
        sharpened(posterior, X, lambda theta: theta, 10)
    with pytest.raises(DataError, match=r"has shape \(10,\) and 10 NaN or infinite"):
        sharpened(posterior, X, lambda theta: torch.full((len(theta),), torch.inf), 10)
    with pytest.raises(DataError, match="the likelihood is 0 for all draws"):
        sharpened(posterior, X, lambda theta: torch.full((len(theta),), -torch.inf), 10)
    with pytest.raises(ConfigError, match="comes from a file, which holds no prior"):
        sharpened(Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,)), X, log_likelihood, 10)
    with pytest.raises(ConfigError, match="the posterior is a KnownFlow, expected what infer returns"):
        sharpened(known_flow, X, log_likelihood, 10)
    with pytest.raises(ConfigError, match="the log-likelihood is a float, expected a function"):
        sharpened(posterior, X, 1.0, 10)
