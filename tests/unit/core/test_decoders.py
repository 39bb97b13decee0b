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


def test_squareplus_decoder_is_positive_and_its_values_at_y_and_minus_y_are_reciprocal():
    decoded = fixed("squareplus", [[[2.0, 0.0]]], [[[0.0, -4.0]]])(torch.tensor([[[[0.0], [15.0], [-15.0]]]]))
    first, second = decoded[0, 0].T.tolist()
    large = 15 + math.sqrt(226)
    assert first == pytest.approx([1.0, large, 1 / large], rel=1e-5)
    assert second == pytest.approx([math.sqrt(5) - 2] * 3, rel=1e-5)


def test_squareplus_decoder_has_gradients_far_below_zero():
    """d/dy (y + √(y² + 4)) / 2 = (1 + y / √(y² + 4)) / 2, which is close to 1 / y² there."""
    states = torch.tensor([[[[-1000.0]]]], requires_grad=True)
    fixed("squareplus", [[[1.0, 1.0]]], [[[0.0, 0.0]]])(states)[..., 0].backward()
    assert states.grad.item() == pytest.approx(1e-6, rel=1e-4)


@pytest.mark.parametrize("name", list(DECODERS))
def test_the_error_of_the_values_is_that_of_the_states_decoded(name):
    decoder = DECODERS[name]([torch.Generator().manual_seed(0)], 3, 2).double()
    states, error = torch.randn(2, 1, 4, 5, 3, dtype=torch.float64)
    assert torch.allclose(decoder.error(states, error), decoder(states) - decoder(states - error))
