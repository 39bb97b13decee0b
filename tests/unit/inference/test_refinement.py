import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.inference.box import Box
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.refinement import start_from
from pathlode.inference.summaries import latents, observations
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.registry import FLOWS

MODEL = ModelConfig(features=2, hidden=5, encoder_hidden=7, latent=3, width=4)


def series():
    """Of two lengths."""
    times = torch.rand(6, 9, generator=torch.Generator().manual_seed(0)).cumsum(dim=1)
    values = 3 + 2 * torch.stack([times.sin(), times.cos()], dim=-1)
    times[1, 5:] = values[1, 5:] = torch.nan
    return TimeSeries(times, values)


def made(**settings):
    config = FlowConfig(**{"transforms": 1, "width": 4, "recurrent": 7, "embedded": 5} | settings)
    return FLOWS["zuko"](Box([0.0], [1.0]), 3, config, 0)


@pytest.fixture
def model():
    trained = LatentODE(MODEL, seeds=(4, 8))
    trained.standardise(series())
    return trained


def test_the_first_numbers_of_the_summary_are_z0(model):
    refined, fresh = made(), made()
    start_from(refined, model, 1)
    given = observations(series())
    summary = refined.embed(refined.standard_observations(given))
    assert torch.allclose(summary[:, :3], latents(model, 1, series()), atol=1e-5)
    assert summary.shape == (6, 5)
    assert torch.equal(refined.embedding.head.weight[3:], fresh.embedding.head.weight[3:])


def test_the_model_keeps_its_weights_when_the_flow_is_trained(model):
    before = latents(model, 0, series())
    refined = made()
    start_from(refined, model)
    for parameter in refined.embedding.parameters():
        parameter.data.add_(1.0)
    assert torch.equal(latents(model, 0, series()), before)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"recurrent": 0}, "only if both are a GRU"),
        ({"recurrent": 6}, "a recurrent network of size 6 with 5 numbers and gaps=False, expected 7, at least 3"),
        ({"embedded": 2}, "of size 7 with 2 numbers and gaps=False, expected 7, at least 3"),
    ],
)
def test_another_network_cannot_start_from_the_encoder(model, settings, message):
    with pytest.raises(ConfigError, match=message):
        start_from(made(**settings), model)
