import math

import pytest
import torch
from torch import distributions as d

from pathlode.inference.flows.matching import FlowMatching
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.priors import Prior

MEAN, STD = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 2.0])


@pytest.fixture
def exact():
    """The flow whose velocity is E[ε - y | (1 - t) y + t ε] for y from N(MEAN, STD²)."""
    prior = Prior(d.Normal(torch.zeros(2), 1.0))
    flow = FlowMatching(prior, 1, FlowConfig(backend="flow_matching", width=4), 0)

    def velocity(time, y, c):
        t = time[..., None]
        share = (t - (1 - t) * STD**2) / ((1 - t) ** 2 * STD**2 + t**2)
        return share * (y - (1 - t) * MEAN) - MEAN + 0 * c

    flow.network.transform.f = velocity
    return flow


def test_the_least_loss_is_half_pi_times_the_standard_deviation(exact):
    """Given (1 - t) y + t ε, the variance of ε - y is σ² / ((1 - t)² σ² + t²), whose integral over t is π σ / 2."""
    y, generator = MEAN + STD * torch.randn(40_000, 2), torch.Generator().manual_seed(0)
    found = exact.loss(y, torch.zeros(len(y), 1), generator)
    assert float(found.mean()) == pytest.approx(math.pi / 2 * float(STD.sum()), rel=0.03)


def test_the_exact_velocity_gives_the_exact_density_and_draws(exact):
    normal = d.Independent(d.Normal(MEAN, STD), 1)
    y = normal.sample((50,))
    assert torch.allclose(exact.density(y, torch.zeros(50, 1)), normal.log_prob(y), atol=5e-3)
    draws, density = exact.draw(2000, torch.zeros(1, 1))
    assert torch.allclose(density, normal.log_prob(draws), atol=5e-3)
    assert torch.allclose(draws[:, 0].mean(dim=0), MEAN, atol=0.15)
    assert torch.allclose(draws[:, 0].std(dim=0), STD, rtol=0.08)


def test_a_known_normal_posterior_is_recovered():
    """θ ~ N(0, 1) and c = θ + 0.5 ε: the posterior is N(0.8 c, 0.2)."""
    torch.manual_seed(1)
    theta = torch.randn(4000, 1)
    flow = FlowMatching(
        Prior(d.Normal(torch.zeros(1), 1.0)),
        1,
        FlowConfig(backend="flow_matching", width=32, steps=500, learning_rate=0.01, validate_every=250),
        0,
    )
    history = flow.fit(theta, theta + 0.5 * torch.randn(4000, 1))
    assert history[-1][1] == pytest.approx(history[-1][2], abs=0.2)
    c = torch.tensor([[-1.5], [0.5]])
    exact = d.Normal(0.8 * c, 0.2**0.5)
    draws, log_prob = flow.sample_and_log_prob(1000, c)
    assert torch.allclose(draws.std(dim=0), exact.stddev, rtol=0.12)
    assert float((log_prob - exact.log_prob(draws)[..., 0]).abs().mean()) < 0.15
