import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.inference import summaries
from pathlode.inference.bins import binned
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.scattered import Scattered
from pathlode.inference.summaries import Summary
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.registry import SYSTEMS


@pytest.fixture
def waves():
    """Eight series of two features at irregular times."""
    times = torch.rand(8, 60, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).sort(dim=1).values * 10
    return TimeSeries(times, torch.stack([times.sin(), times.cos()], dim=-1))


def test_systems_are_simulated_from_their_prior():
    design, system = ObservationConfig(12, (3.0, 4.0), 0.1), SYSTEMS["lotka_volterra"]()
    made = design.simulate(system, 40, 7, 3)
    exact = system.solution(made.parameters.numpy(), made.observed.times.numpy())
    assert float((made.observed.values - torch.from_numpy(exact)).std()) == pytest.approx(0.1, rel=0.1)
    assert (made.parameters >= torch.tensor(system.low)).all()
    assert (made.parameters <= torch.tensor(system.high)).all()
    assert torch.equal(design.simulate(system, 40, 7, 3).observed.values, made.observed.values)
    assert not torch.equal(design.simulate(system, 40, 7, 4).parameters, made.parameters)


def test_latents_are_those_of_the_member_with_the_seed(waves):
    model = LatentODE(ModelConfig(features=2, hidden=4, latent=3, width=5), seeds=(5, 7))
    assert torch.equal(Summary(model)(waves, 7), summaries.latents(model, 1, waves))
    assert Summary(model)(waves, 5).shape == (8, 3)
    with pytest.raises(ConfigError, match=r"the model has no member of seed 6, expected one of \[5, 7\]"):
        Summary(model)(waves, 6)


def test_statistics_need_a_grid_as_fine_as_their_lags(waves):
    with pytest.raises(ConfigError, match="a grid of 5 points, expected at least 10"):
        Summary(statistics=5)(waves, 0)


def test_a_summary_is_one_of_its_kinds(waves):
    assert torch.equal(Summary(grid=7, end=10.0)(waves, 0), summaries.on_grid(waves, 10.0, 7))
    assert torch.equal(Summary(statistics=50, end=9.0)(waves, 0), summaries.statistics(waves, 9.0, 50))
    noise = torch.linspace(0.1, 0.8, 8, dtype=torch.float64)
    told = Summary(bins=6, end=8.0)(waves, 0, noise)
    assert torch.equal(told[:, :-1], binned(Scattered.of(waves), 8.0, 6))
    assert torch.equal(told[:, -1], noise.log())
    assert torch.equal(Summary(bins=6, end=8.0)(waves, 0, 0.1)[:, -1], noise[:1].log().expand(8))
    with pytest.raises(ConfigError, match="a summary in bins holds the noise too: give"):
        Summary(bins=6, end=8.0)(waves, 0)
    observed = Summary()(waves, 0)
    assert observed.shape == (8, 60, 3)
    assert torch.equal(observed[..., 0], waves.times)


def test_systems_can_be_observed_in_other_ways():
    system = SYSTEMS["lotka_volterra"]()
    parameters = system.draw(5, np.random.default_rng(0))
    coarse = ObservationConfig(points=20, window=(5.0, 6.0), noise=0.1)
    series = coarse.observe(system, parameters, seed=1)
    assert series.values.shape == (5, 20, 2)
    assert torch.equal(series.values, coarse.observe(system, parameters, seed=1).values)
    exact = torch.from_numpy(system.solution(parameters, series.times.numpy()))
    assert float((series.values - exact).std()) == pytest.approx(0.1, rel=0.15)
    gapped = ObservationConfig(points=21, window=(5.0, 6.0), noise=0.1, gapped=True).observe(system, parameters, seed=1)
    assert gapped.times.shape == (5, 14)
    assert float(gapped.times.diff(dim=1)[:, 6].min()) > float(gapped.times.diff(dim=1)[:, :6].mean())
    with pytest.raises(ConfigError, match="has 5 points, .* expected at least 10 points"):
        ObservationConfig(points=5, window=(5.0, 6.0), noise=0.1)
