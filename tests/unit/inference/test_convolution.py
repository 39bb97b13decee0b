import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.inference.convolution import ConvolutionSummary
from pathlode.inference.flows.settings import FlowConfig


def test_a_shifted_grid_gives_shifted_features_away_from_its_ends():
    network = ConvolutionSummary(32, 2, 5, 0, 3, seed=0).double()
    grid = torch.zeros(2, 2, 32, dtype=torch.float64)
    grid[0, :, 10], grid[1, :, 13] = 1.0, 1.0
    first = network.first(torch.cat([grid, torch.ones(2, 1, 32, dtype=torch.float64)], dim=1))
    assert torch.allclose(first[0, :, 6:15], first[1, :, 9:18], atol=1e-12)


def test_numbers_that_are_no_grid_are_refused():
    with pytest.raises(ConfigError, match="a summary of 12 numbers is not made of channels of 4 positions"):
        ConvolutionSummary.of(12, FlowConfig(convolution=5, positions=4), 0)
