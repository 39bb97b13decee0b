import copy
from dataclasses import replace

import pytest
import torch
from torch import distributions as d

from pathlode.errors import ConfigError
from pathlode.inference.mixtures import PosteriorMixture
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior import Posterior
from pathlode.inference.priors import Prior

X = torch.tensor([[1.0, 0.5], [-2.0, -1.0]])


@pytest.fixture
def members(known_flow):
    """Three posteriors whose means differ, in the first parameter, from x / 1.25 by -1, 0 and 1."""
    flows = [copy.copy(known_flow) for _ in range(3)]
    for flow, shift in zip(flows, (-1.0, 0.0, 1.0), strict=True):
        flow.shift = torch.tensor([shift, 0.0])
    return [Posterior(flow, ObservedSummary(), ["a", "b"], (2,)) for flow in flows]


def test_density_and_draws_are_those_of_the_mean_of_all_densities(members):
    mixture = PosteriorMixture(members)
    draws = mixture.sample(X, 10_000, seed=3)
    assert draws.shape == (10_000, 2, 2)
    assert torch.allclose(draws[..., 0].mean(dim=0), X[:, 0] / 1.25, atol=0.03)
    assert torch.allclose(draws[..., 0].var(dim=0), torch.tensor(0.2 + 2 / 3), atol=0.03)
    assert torch.allclose(draws[:500, 0, 0].mean(), draws[-500:, 0, 0].mean(), atol=0.25)  # in random order
    centres = X[:, 0] / 1.25 + torch.tensor([-1.0, 0.0, 1.0])[:, None]
    first = torch.stack([d.Normal(centre, 0.2**0.5).log_prob(draws[:20, :, 0]).exp() for centre in centres]).mean(dim=0)
    second = d.LogNormal(X[:, 1] / 1.25, 0.2**0.5).log_prob(draws[:20, :, 1])
    assert torch.allclose(mixture.log_prob(draws[:20], X), first.log() + second, atol=1e-3)


def test_fewer_draws_than_members_are_of_some(members):
    assert PosteriorMixture(members).sample(X, 2).shape == (2, 2, 2)


def test_what_is_no_mixture_is_refused(members):
    with pytest.raises(ConfigError, match="a mixture has no posteriors"):
        PosteriorMixture([])
    with pytest.raises(ConfigError, match="the mixture has a KnownFlow, expected what infer returns"):
        PosteriorMixture([members[0].flow])
    with pytest.raises(ConfigError, match="posterior number 2 is of a, c, expected a, b, as the first"):
        PosteriorMixture([members[0], replace(members[1], names=["a", "c"])])
    with pytest.raises(ConfigError, match="the posteriors are a Posterior, expected a list"):
        PosteriorMixture(members[0])
    other = copy.copy(members[1].flow)
    other.prior = Prior([d.Normal(0.0, 2.0), d.LogNormal(0.0, 1.0)])
    with pytest.raises(ConfigError, match="posterior number 2 has another prior than the first"):
        PosteriorMixture([members[0], replace(members[1], flow=other)])
    with pytest.raises(ConfigError, match="the number of draws is 0"):
        PosteriorMixture(members).sample(X, 0)
    with pytest.raises(ConfigError, match="seed is a, expected a whole number"):
        PosteriorMixture(members).sample(X, 3, seed="a")
