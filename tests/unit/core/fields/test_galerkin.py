import math

import pytest
import torch

from pathlode.core.fields.bounded import BoundedField
from pathlode.core.fields.galerkin import HARMONICS, PERIOD, GalerkinField


def generators():
    return [torch.Generator().manual_seed(seed) for seed in (0, 1)]


@pytest.fixture
def point():
    return torch.randn(2, 5, 3).double(), 3 * PERIOD * torch.rand(2, 5, 1).double()


def test_it_starts_as_the_autonomous_field(point):
    h, time = point
    field, bounded = GalerkinField(generators(), 3, 6, 2).double(), BoundedField(generators(), 3, 6, 2).double()
    assert torch.allclose(field(h, time), bounded(h))


def test_a_weight_is_its_fourier_series(point):
    """Without hidden layers: tanh((w + a cos(2π 2τ/L) + b sin(2π 3τ/L)) h + c cos(2πτ/L)), in one dimension."""
    time = point[1]
    h, w, a, b, c = torch.randn(2, 5, 1).double(), 0.3, -0.7, 1.1, 0.4
    field = GalerkinField(generators(), 1, 6, 0).double()
    (layer,) = field.layers
    layer.constant.weight.data.fill_(w)
    layer.constant.bias.data.zero_()
    cosines, sines = layer.varying.data.view(2, 2, HARMONICS, 2).unbind(1)  # of each harmonic: weight and bias
    cosines[:, 1, 0], sines[:, 2, 0], cosines[:, 0, 1] = a, b, c
    phase = 2 * math.pi * time / PERIOD
    weight = w + a * torch.cos(2 * phase) + b * torch.sin(3 * phase)
    assert torch.allclose(field(h, time), torch.tanh(weight * h + c * torch.cos(phase)))


def test_it_repeats_after_its_period_and_not_before(point):
    h, time = point
    field = GalerkinField(generators(), 3, 6, 2).double()
    for layer in field.layers:
        layer.varying.data = torch.randn(layer.varying.shape).double()
    assert torch.allclose(field(h, time + PERIOD), field(h, time))
    assert not torch.allclose(field(h, time + PERIOD / 2), field(h, time), atol=0.1)
