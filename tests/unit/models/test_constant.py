import torch

from pathlode.models.constant import Constant
from pathlode.models.contract import ModelConfig


def test_the_mean_holds_until_the_last_observation_and_the_last_value_from_then_on():
    times, values = torch.tensor([[0.0, 1.0, 2.0]]), torch.tensor([[[1.0], [2.0], [6.0]]])
    predicted = Constant(ModelConfig(features=1), seeds=(0, 1))(
        times, values, torch.tensor([[0.5, 2.0, 2.1, 9.0]])
    ).values
    assert predicted.tolist() == [[[[3.0], [3.0], [6.0], [6.0]]]] * 2


def test_it_has_no_parameters():
    assert Constant(ModelConfig(features=3)).parameters_per_member == 0
