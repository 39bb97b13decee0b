import torch

from pathlode.models.constant import Constant
from pathlode.models.settings import ModelConfig


def test_the_mean_holds_until_the_last_observation_and_the_last_value_from_then_on():
    times, values = torch.tensor([[0.0, 1.0, 2.0]]), torch.tensor([[[1.0], [2.0], [6.0]]])
    predicted = Constant(ModelConfig(features=1), seeds=(0, 1))(
        times, values, torch.tensor([[0.5, 2.0, 2.1, 9.0]])
    ).values
    assert predicted.tolist() == [[[[3.0], [3.0], [6.0], [6.0]]]] * 2


def test_it_has_no_parameters():
    assert Constant(ModelConfig(features=3)).parameters_per_member == 0


def test_each_feature_has_its_own_observations():
    """The second is last observed at 1; the third never is, so it is 5, its mean in the training data."""
    nan = torch.nan
    times = torch.tensor([[0.0, 1.0, 2.0, nan]])
    values = torch.tensor([[[1.0, 4.0, nan], [nan, 8.0, nan], [3.0, nan, nan], [nan, nan, nan]]])
    model = Constant(ModelConfig(features=3))
    model.mean[..., 2] = 5.0
    predicted = model(times, values, torch.tensor([[1.0, 1.5, 2.5]])).values[0, 0]
    assert predicted.tolist() == [[2.0, 6.0, 5.0], [2.0, 8.0, 5.0], [3.0, 8.0, 5.0]]
