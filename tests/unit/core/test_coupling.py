import math

import pytest
import torch

from pathlode.core.coupling import CouplingFlow


@pytest.fixture
def flow():
    generators = [torch.Generator().manual_seed(seed) for seed in (0, 1)]
    return CouplingFlow(generators, state=5, width=7, depth=2, layers=4).double()


@pytest.fixture
def start():
    return torch.randn(2, 3, 5).double()


def set_to(flow, scale, shift):
    """Networks that give one number for all scales, before tanh, and another for all shifts."""
    for layer in flow.layers:
        output = layer.network.layers[-1]
        output.weight.zero_()
        half = output.bias.shape[-1] // 2
        output.bias[..., :half], output.bias[..., half:] = scale, shift


def test_nothing_has_moved_at_the_start(flow, start):
    assert torch.equal(flow(start, torch.zeros(2, 3, 4).double()), start[:, :, None].expand(2, 3, 4, 5))


def test_the_inverse_leads_back_from_any_time(flow, start):
    times = torch.tensor([-3.0, 0.5, 2.0, 40.0]).double().expand(2, 3, 4)
    states = flow(start, times)
    assert ((states - start[:, :, None]).abs().amax(dim=-1) > 1e-3).all()
    assert torch.allclose(flow.inverse(states, times), start[:, :, None].expand(states.shape), atol=1e-12)


def test_an_exponential_is_represented_exactly(flow, start):
    """x exp(μ τ) in every component, for 2 layers: tanh(s) α sin(ω τ) → μ τ for α = μ / (ω tanh(s)) and ω → 0."""
    flow.layers, growth, slow = flow.layers[:2], 0.3, 1e-7
    with torch.no_grad():
        set_to(flow, 0.5, 0.0)
        for layer in flow.layers:
            layer.frequencies.fill_(slow)
            layer.amplitudes.zero_()
            layer.amplitudes[:, 0] = growth / (slow * math.tanh(0.5))
    times = torch.tensor([-1.0, 0.0, 2.0, 7.0]).double().expand(2, 3, 4)
    expected = start[:, :, None] * (growth * times[..., None]).exp()
    assert torch.allclose(flow(start, times), expected, rtol=1e-12)


def test_a_layer_by_hand(flow, start):
    """All 8 frequencies are 1: φ = Σ_k α_k sin τ. The first two of five components move, and the others are kept."""
    layer = flow.layers[0]
    with torch.no_grad():
        set_to(flow, 0.5, 2.0)
        layer.frequencies.fill_(1.0)
        layer.amplitudes[..., :2], layer.amplitudes[..., 2:] = 0.1, 0.2
    moved = layer(start[..., 2:], start[..., :2], torch.full((2, 3), 0.7).double())
    sine = 8 * math.sin(0.7)
    assert torch.allclose(moved, start[..., :2] * math.exp(math.tanh(0.5) * 0.1 * sine) + 2 * 0.2 * sine)


def test_components_of_one_half_depend_on_the_other(flow, start):
    """Through four layers every component depends on every other, and on itself."""
    times = torch.full((2, 3, 1), 1.5).double()
    jacobian = torch.autograd.functional.jacobian(lambda h: flow(h, times)[0, 0, 0], start)[:, 0, 0]
    assert (jacobian.abs() > 1e-6).all()
    assert torch.linalg.det(jacobian) > 0  # states are neither merged nor mirrored


def test_far_times_overflow_nothing(flow, start):
    states = flow.float()(start.float(), torch.tensor([1e3, 1e6]).expand(2, 3, 2))
    assert states.abs().max() < 1e4


def test_times_are_independent_of_each_other(flow, start):
    times = torch.rand(2, 3, 4).double() * 9
    assert torch.allclose(flow(start, times)[:, :, 1:2], flow(start, times[..., 1:2]), atol=1e-14)
