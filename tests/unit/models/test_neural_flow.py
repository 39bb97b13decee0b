import dataclasses

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.models.neural_flow import NeuralFlow
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

CONFIG = ModelConfig(features=2, hidden=6, latent=4, width=9, time_unit=2.0)


@pytest.fixture
def model(series):
    model = NeuralFlow(CONFIG, seeds=(0, 1)).double()
    model.standardise(series)
    return model


def test_values_and_path_are_those_of_the_flow_from_the_decoded_latent(model, series):
    query = series.times + 3
    prediction = model(series.times, series.values, query)
    elapsed = ((query - series.times[:, :1]) / 2).expand(2, -1, -1)
    states = model.flow(model.latent_to_hidden(prediction.z0), elapsed)
    assert torch.allclose(prediction.values, model.mean + model.std * model.hidden_to_data(states))
    assert torch.allclose(prediction.path, model.hidden_to_latent(states))


def test_it_starts_where_the_latent_ode_starts(model, series):
    prediction = model(series.times, series.values)
    h = model.latent_to_hidden(prediction.z0)
    assert torch.allclose(prediction.path[:, :, 0], model.latent_at_start(prediction.z0))
    assert torch.allclose(
        prediction.values[:, :, 0], (model.mean + model.std * model.hidden_to_data(h)[:, :, None])[:, :, 0]
    )


def test_padding_of_the_query_repeats_the_last_time(model, series):
    query = series.times[:, :4] + 1
    padded = torch.cat([query, torch.full_like(query[:, :2], torch.nan)], dim=1)
    values, path = (getattr(model(series.times, series.values, padded), name) for name in ("values", "path"))
    plain = model(series.times, series.values, query)
    assert torch.allclose(values[:, :, :4], plain.values)
    assert torch.allclose(path[:, :, 4:], plain.path[:, :, 3:].expand(-1, -1, 2, -1))


def test_a_squareplus_decoder_keeps_values_positive(series):
    model = NeuralFlow(dataclasses.replace(CONFIG, decoder="squareplus")).double()
    model.standardise(TimeSeries(series.times, 100 + series.values))
    assert (model(series.times, series.values).values > 0).all()


def test_what_it_does_not_offer_is_refused(series):
    with pytest.raises(ConfigError, match="model.hidden is 1, expected at least 2 for the model neural_flow"):
        NeuralFlow(dataclasses.replace(CONFIG, hidden=1))
    for loss in ("kinetic", "steer"):
        with pytest.raises(ConfigError, match="needs a model with 'field', which NeuralFlow does not offer"):
            Trainer(NeuralFlow(CONFIG), LOSSES[loss](), series, series, TrainingConfig())
