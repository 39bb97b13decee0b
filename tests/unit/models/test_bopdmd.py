"""Dynamic mode decomposition of series whose modes are known."""

import logging

import numpy as np
import torch

from pathlode.models.bopdmd import BOPDMD, modes_of
from pathlode.models.settings import ModelConfig

DECAY, FREQUENCY = 0.1, 2.0


def rotation(times, centre=(0.0, 0.0)):
    """e^{-t/10} (cos 2t, -sin 2t) about a centre, (series, time, feature)."""
    turned = torch.stack([torch.cos(FREQUENCY * times), -torch.sin(FREQUENCY * times)], dim=-1)
    return torch.exp(-DECAY * times)[..., None] * turned + torch.tensor(centre)


def test_a_damped_rotation_has_its_eigenvalues():
    """-0.1 ± 2i, and 0 for the centre and for the mean."""
    times = torch.rand(25).double().sort().values * 6
    found = modes_of(times.numpy(), rotation(times, (3.0, -1.0)).numpy())
    expected = np.array([-DECAY - FREQUENCY * 1j, 0.0, 0.0, -DECAY + FREQUENCY * 1j])
    assert np.abs(found.rates[np.argsort(found.rates.imag)] - expected).max() < 1e-6


def test_a_linear_system_is_predicted_exactly_from_noiseless_observations():
    times = torch.rand(3, 20).double().sort().values * 5
    query = times[:, -1:] + torch.linspace(0, 10, 6).double()
    model = BOPDMD(ModelConfig(features=2, time_unit=3.0), (0, 1))
    found = model(times, rotation(times, (3.0, -1.0)), query).values
    expected = rotation(query, (3.0, -1.0))
    assert found.shape == (2, 3, 6, 2)
    assert torch.allclose(found, expected.expand(2, -1, -1, -1), atol=1e-5)


def test_precision_units_and_zeros_do_not_matter_for_a_noisy_rotation():
    times = torch.rand(4, 20).double().sort().values * 5
    values, query = rotation(times) + 0.05 * torch.randn(4, 20, 2), times[:, -1:] + torch.linspace(0, 5, 4).double()
    model, other = BOPDMD(ModelConfig(features=2)), BOPDMD(ModelConfig(features=2, time_unit=1000.0))
    expected = model(times, values, query).values
    unit, offset = torch.tensor([10.0, 0.01]).double(), torch.tensor([3.0, 5e4]).double()
    found = other(7e6 + 1000 * times, offset + unit * values, 7e6 + 1000 * query).values
    assert torch.allclose((found - offset) / unit, expected, atol=1e-5)
    single = model(times.float(), values.float(), query.float()).values
    assert single.dtype == torch.float32
    assert torch.allclose(single.double(), expected, atol=1e-4)
    assert (model(times, rotation(times), query).values - expected).abs().max() < 0.2


def test_a_fit_logs_nothing(caplog):
    with caplog.at_level(logging.INFO):
        modes_of(np.linspace(0, 2, 15), rotation(torch.linspace(0, 2, 15).double()).numpy())
    assert not caplog.records


def test_growth_is_not_continued():
    times = torch.linspace(0, 2, 15).double()
    found = modes_of(times.numpy(), torch.stack([times.exp(), times.mul(0.5).exp()], dim=-1).numpy())
    assert found.rates.real.max() <= 0


def test_too_few_observations_are_predicted_by_their_mean():
    values = torch.tensor([[[1.0, 4.0], [3.0, torch.nan], [torch.nan, torch.nan]]])
    times = torch.tensor([[0.0, 1.0, torch.nan]])
    found = BOPDMD(ModelConfig(features=2))(times, values, torch.tensor([[0.5, 9.0]])).values
    assert torch.allclose(found, torch.tensor([2.0, 4.0]).expand(1, 1, 2, 2))
