import math

import numpy as np
import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.inference import summaries
from pathlode.inference.study import Observing, Summary
from pathlode.model import LatentODE, ModelConfig
from pathlode.registry import SYSTEMS
from pathlode.series import TimeSeries


@pytest.fixture
def waves():
    """Eight sines of two features at irregular times; the second feature is minus the first."""
    times = torch.rand(8, 400, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).sort(dim=1).values * 10
    phase = torch.arange(8)[:, None] / 8
    x = torch.sin(2 * math.pi * (times / 5 + phase))
    return TimeSeries(times, torch.stack([x, 1 - x], dim=-1))


def test_the_grid_has_the_values_feature_by_feature(waves):
    grid = summaries.on_grid(waves, 0.0, 10.0, 21)
    assert grid.shape == (8, 42)
    exact = torch.sin(2 * math.pi * (torch.linspace(0, 10, 21) / 5))
    assert torch.allclose(grid[0, :21], exact, atol=0.1)
    assert torch.allclose(grid[:, 21:], 1 - grid[:, :21], atol=1e-5)


def test_statistics_are_what_they_are_called(waves):
    numbers = summaries.statistics(waves, 0.0, 10.0, 200)
    mean, log_variance, peak, position = (numbers[:, 2 * k : 2 * k + 2] for k in range(4))
    assert torch.allclose(mean, torch.tensor([0.0, 1.0]).expand(8, 2), atol=0.02)
    assert torch.allclose(log_variance.exp(), torch.full((8, 2), 0.5), atol=0.02)
    assert torch.allclose(peak, torch.tensor([1.0, 2.0]).expand(8, 2), atol=0.02)
    assert ((position >= 0) & (position < 1)).all()
    half_period = numbers[:, 12:].view(8, -1)[:, 2:4]  # a lag of a fifth of the window: two fifths of the period
    assert torch.allclose(half_period, torch.full((8, 2), math.cos(2 * math.pi * 0.4)), atol=0.15)
    assert torch.allclose(numbers[:, -1], torch.tensor(-1.0), atol=1e-3)
    assert numbers.isfinite().all()


def test_latents_are_those_of_the_member_with_the_seed(waves):
    model = LatentODE(ModelConfig(features=2, hidden=4, latent=3, width=5), seeds=(5, 7))
    assert torch.equal(Summary(model)(waves, 7), summaries.latents(model, 1, waves))
    assert Summary(model)(waves, 5).shape == (8, 3)


def test_a_summary_is_one_of_its_kinds(waves):
    assert torch.equal(Summary(grid=7, end=10.0)(waves, 0), summaries.on_grid(waves, 0.0, 10.0, 7))
    assert torch.equal(Summary(statistics=50, end=9.0)(waves, 0), summaries.statistics(waves, 0.0, 9.0, 50))
    observed = Summary()(waves, 0)
    assert observed.shape == (8, 400, 3)
    assert torch.equal(observed[..., 0], waves.times.float())


def test_a_recurrent_summary_learns_from_all_observations(waves):
    network = summaries.RecurrentSummary(2, 5, 4, seed=0)
    observed = summaries.observations(waves)[:, ::80]
    network(observed).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())
    other = observed.clone()
    other[:, 3:, 1] += 1
    assert not torch.allclose(network(other), network(observed))


def test_systems_can_be_observed_in_other_ways():
    system = SYSTEMS["lotka_volterra"]()
    parameters = system.draw(5, np.random.default_rng(0))
    coarse = Observing(points=20, window=(5.0, 6.0), noise=0.1)
    series = coarse.observe(system, parameters, seed=1)
    assert series.values.shape == (5, 20, 2)
    assert torch.equal(series.values, coarse.observe(system, parameters, seed=1).values)
    exact = torch.from_numpy(system.solution(parameters, series.times.numpy()))
    assert float((series.values - exact).std()) == pytest.approx(0.1, rel=0.15)
    gapped = Observing(points=21, window=(5.0, 6.0), noise=0.1, gapped=True).observe(system, parameters, seed=1)
    assert gapped.times.shape == (5, 14)
    assert float(gapped.times.diff(dim=1)[:, 6].min()) > float(gapped.times.diff(dim=1)[:, :6].mean())
    with pytest.raises(ConfigError, match="observed at 5 points .* expected at least 10 points"):
        Observing(points=5, window=(5.0, 6.0), noise=0.1)
