import math

import pytest
import torch

from pathlode.core.stacked import StackedLinear, StackedMLP


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_every_member_has_a_map_of_its_own():
    layer = StackedLinear(generators(0, 1), inputs=2, outputs=1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]]]))
        layer.bias.copy_(torch.tensor([[[10.0]], [[20.0]]]))
    x = torch.tensor([1.0, 5.0]).expand(2, 3, 4, 2)  # axes in the middle are kept
    y = layer(x)
    assert y.shape == (2, 3, 4, 1)
    assert (y[0] == 1 + 2 * 5 + 10).all()
    assert (y[1] == 3 + 4 * 5 + 20).all()


def test_a_perceptron_has_softplus_between_its_layers_and_none_after_the_last():
    mlp = StackedMLP(generators(0), (1, 1, 1))
    with torch.no_grad():
        for layer, weight, bias in zip(mlp.layers, (2.0, -3.0), (0.5, 1.0), strict=True):
            layer.weight.fill_(weight)
            layer.bias.fill_(bias)
    expected = -3 * math.log1p(math.exp(2 * 0.7 + 0.5)) + 1
    assert mlp(torch.tensor([[[0.7]]])).item() == pytest.approx(expected, rel=1e-6)


def test_a_member_starts_as_it_would_alone_and_within_the_bound():
    stack, alone = StackedLinear(generators(3, 4), 16, 50), StackedLinear(generators(4), 16, 50)
    assert torch.equal(stack.weight[1], alone.weight[0])
    assert torch.equal(stack.bias[1], alone.bias[0])
    assert not torch.equal(stack.weight[0], stack.weight[1])
    assert 0.24 < stack.weight.abs().max() <= 0.25  # 1/sqrt(16)
