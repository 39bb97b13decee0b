"""The contract of all networks that are trained with a flow."""

import pytest
import torch

from pathlode.inference.flows.settings import FlowConfig
from pathlode.registry import EMBEDDINGS

NUMBERS = (
    13  # for observations a time and twelve values; for a grid three channels of four positions, and one number more
)


@pytest.fixture(params=EMBEDDINGS)
def config(request):
    return FlowConfig(**{request.param: 6}, positions=4, blocks=2, embedded=3)


def given_to(config, count=8):
    """What the network reads; of observations some are missing at the end."""
    generator = torch.Generator().manual_seed(0)
    if not config.reads_observations:
        return torch.randn(count, NUMBERS, generator=generator, dtype=torch.float64)
    observed = torch.randn(count, 5, NUMBERS, generator=generator, dtype=torch.float64)
    observed[..., 0] = observed[..., 0].sort(dim=1).values
    observed[::2, 3:] = torch.nan
    return observed


def made(config, seed=0):
    return EMBEDDINGS[config.network].of(NUMBERS, config, seed).double()


def test_every_weight_learns_and_every_number_counts(config):
    network, given = made(config), given_to(config)
    found = network(given)
    assert found.shape == (8, 3)
    found.square().sum().backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.any(), name
    for number in range(NUMBERS):
        other = given.clone()
        other[..., number] += 0.5
        assert not torch.allclose(network(other), found)


def test_a_row_is_summarised_as_alone(config):
    network, given = made(config), given_to(config)
    alone = []
    for row in given:
        kept = row[~row[:, 0].isnan()] if config.reads_observations else row
        alone.append(network(kept[None]))
    assert torch.allclose(network(given), torch.cat(alone), atol=1e-12)


def test_the_seed_decides_the_weights(config):
    def weights(seed):
        return torch.nn.utils.parameters_to_vector(made(config, seed).parameters())

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))
