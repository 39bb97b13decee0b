import torch

from pathlode.models.curve import Curve
from pathlode.models.settings import ModelConfig


def test_it_is_its_network_of_z0_and_the_time_since_the_first_observation(series):
    model = Curve(ModelConfig(features=2, hidden=6, latent=4, width=9, time_unit=2.0), seeds=(0, 1)).double()
    model.standardise(series)
    query = series.times[:, :3] + 5
    prediction = model(series.times, series.values, query)
    z0, elapsed = prediction.z0[1, 7], (query[7, 2] - series.times[7, 0]) / 2
    stacked = torch.cat([z0, elapsed[None]]).expand(2, 1, 5)
    expected = model.mean + model.std * model.latent_to_data(stacked)[1, 0]
    assert torch.allclose(prediction.values[1, 7, 2], expected)


def test_its_parameters_are_those_of_the_encoder_and_of_one_network():
    config = {"features": 2, "hidden": 6, "latent": 4, "width": 9, "depth": 2}
    network = (4 + 1) * 9 + 9 + 9 * 9 + 9 + 9 * 2 + 2
    model = Curve(ModelConfig(**config))
    encoder = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("latent_to_data"))
    assert model.parameters_per_member == encoder + network
