import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.models.al_rnn import ALRNN
from pathlode.models.settings import ModelConfig


@pytest.fixture
def model():
    """Three components, the last of them rectified."""
    return ALRNN(ModelConfig(features=2, hidden=3, width=1), (0, 1)).double()


@pytest.mark.parametrize("sign", [1, -1])
def test_in_each_region_iterates_are_powers_of_a_matrix(model, sign):
    """That of z' = (a + W) z where the last component stays positive, and without its column of W where it stays negative."""
    model.mixing.bias.data.zero_()
    model.decay.data[..., 2] = 1.0
    model.mixing.weight.data[:, :, 2] = 0.0  # so the last component stays what it is
    z = torch.cat([torch.randn(2, 4, 2), sign * torch.ones(2, 4, 1)], dim=-1).double()
    weight = model.mixing.weight.clone()
    if sign < 0:
        weight[:, 2] = 0.0
    matrix = torch.diag_embed(model.decay[:, 0]) + weight
    found = z
    for _ in range(5):
        found = model.step(found)
    assert torch.allclose(found, z @ torch.linalg.matrix_power(matrix, 5))
    assert model.symbols(found).unique().tolist() == [int(sign > 0)]


def test_a_coded_orbit_is_what_the_model_predicts(model):
    model.mean, model.std = torch.full_like(model.mean, 3.0), torch.full_like(model.std, 2.0)
    x, times = torch.randn(2, 4, 2).double(), torch.arange(5).double() * model.gap
    values, regions = model.coded(x, 5)
    assert torch.allclose(values, model(times[..., :1].expand(2, 4, 1), x[:, :, None], times.expand(2, 4, 5)).values)
    assert regions.shape == (2, 4, 5)
    assert torch.equal(regions[:, :, 0], (model.first_state((x - 3) / 2)[..., -1] > 0).long())


def test_a_state_that_cannot_hold_the_features_is_refused():
    with pytest.raises(ConfigError, match="model.hidden is 2, expected at least 3 for the model al_rnn"):
        ALRNN(ModelConfig(features=3, hidden=2))
