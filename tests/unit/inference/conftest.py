import pytest
import torch
from torch import distributions as d
from torch import nn

from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.priors import Prior
from pathlode.inference.simulator import PriorSimulations

NOISE = 0.5


class KnownFlow(Flow):
    """The posterior of θ ~ N(0, 1) given x = θ + 0.5 noise, N(x / 1.25, 0.2), in the mapped parameters."""

    shift, width = 0.0, 0.2**0.5

    def build(self, parameters, summary):
        return nn.Identity()

    def density(self, y, summary):
        return d.Normal(summary / (1 + NOISE**2) + self.shift, self.width).log_prob(y).sum(dim=-1)

    def draw(self, count, summary):
        said = d.Independent(d.Normal(summary / (1 + NOISE**2) + self.shift, self.width), 1)
        y = said.sample((count,))
        return y, said.log_prob(y)


@pytest.fixture
def prior():
    """A normal and a log-normal parameter, both standard normal when mapped."""
    return Prior([d.Normal(0.0, 1.0), d.LogNormal(0.0, 1.0)])


@pytest.fixture
def known_flow(prior):
    flow = KnownFlow(prior, 2, FlowConfig(), 0)
    zero, one = torch.zeros(2), torch.ones(2)
    flow.units = {"mean": zero, "spread": one, "centre": zero, "scale": one}
    return flow


@pytest.fixture
def simulations(prior):
    """Noisy observations of the mapped parameters."""
    return PriorSimulations(lambda theta: prior.to_reals(theta)[0] + NOISE * torch.randn(theta.shape), prior)
