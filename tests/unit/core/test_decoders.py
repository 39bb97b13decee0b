import math

import pytest
import torch

from pathlode.registry import DECODERS


def fixed(name, weight, bias):
    """A decoder of two features from a state of one dimension."""
    decoder = DECODERS[name]([torch.Generator()], 1, 2)
    with torch.no_grad():
        decoder.weight.copy_(torch.tensor(weight))
        decoder.bias.copy_(torch.tensor(bias))
    return decoder


def test_linear_decoder():
    decoded = fixed("linear", [[[2.0, 0.0]]], [[[1.0, -4.0]]])(torch.tensor([[[[3.0]]]]))
    assert decoded.flatten().tolist() == [7.0, -4.0]


def test_softplus_decoder_is_linear_where_large_exponential_where_small_and_positive():
    decoded = fixed("softplus", [[[2.0, 0.0]]], [[[0.0, -4.0]]])(torch.tensor([[[[0.0], [15.0], [-15.0]]]]))
    first, second = decoded[0, 0].T.tolist()
    assert first == pytest.approx([math.log(2), 30.0, math.exp(-30)], rel=1e-5)
    assert second == pytest.approx([math.log1p(math.exp(-4))] * 3, rel=1e-5)


@pytest.mark.parametrize("name", list(DECODERS))
def test_the_error_of_the_values_is_that_of_the_states_decoded(name):
    decoder = DECODERS[name]([torch.Generator().manual_seed(0)], 3, 2).double()
    states, error = torch.randn(2, 1, 4, 5, 3, dtype=torch.float64)
    assert torch.allclose(decoder.error(states, error), decoder(states) - decoder(states - error))
