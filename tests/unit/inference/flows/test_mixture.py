import copy

import pytest
import torch
from torch import distributions as d

from pathlode.inference.flows.mixture import FlowMixture


@pytest.fixture
def mixture(known_flow):
    """Two flows whose means differ from c / 1.25 by -1 and 1 in the first parameter."""
    flows = [copy.copy(known_flow) for _ in range(2)]
    for flow, shift, seconds in zip(flows, (-1.0, 1.0), (2.0, 3.0), strict=True):
        flow.shift, flow.seconds = torch.tensor([shift, 0.0]), seconds
    return FlowMixture(flows)


def test_each_flow_is_given_its_own_part_of_the_summary(mixture):
    own = torch.tensor([[1.0, 0.5]]), torch.tensor([[-2.0, -1.0]])
    draws, log_prob = mixture.sample_and_log_prob(6000, torch.cat(own, dim=-1), seed=1)
    means = [c[0, 0] / 1.25 + shift for c, shift in zip(own, (-1.0, 1.0), strict=True)]
    assert float(draws[:, 0, 0].mean()) == pytest.approx(float(sum(means)) / 2, abs=0.03)
    densities = [
        d.Normal(mean, 0.2**0.5).log_prob(draws[:, 0, 0])
        + d.LogNormal(c[0, 1] / 1.25, 0.2**0.5).log_prob(draws[:, 0, 1])
        for mean, c in zip(means, own, strict=True)
    ]
    assert torch.allclose(log_prob[:, 0], (torch.stack(densities).exp().mean(dim=0)).log(), atol=1e-3)
    assert mixture.seconds == 5.0


def test_summaries_are_those_of_each_flow_and_distances_by_those_of_the_first(mixture):
    for seed, flow in enumerate(mixture.flows):
        flow.seed = 10 + seed
    given = mixture.side_by_side(lambda series, seed, noise: series + seed + noise)(torch.zeros(3, 2), 0, 0.5)
    assert given[0].tolist() == [10.5, 10.5, 11.5, 11.5]
    assert mixture.told(given).equal(mixture.flows[0].told(given[:, :2]))
    assert not mixture.told(given).equal(mixture.flows[0].told(given[:, 2:]))
