import torch

from pathlode.models.last_value import LastValue
from pathlode.models.settings import ModelConfig


def test_each_feature_keeps_the_value_that_was_observed_last():
    """The second feature is first observed at 1; the third never is, so it is 5, its mean in the training data."""
    nan = torch.nan
    times = torch.tensor([[0.0, 1.0, 2.0, nan]])
    values = torch.tensor([[[1.0, nan, nan], [2.0, 8.0, nan], [nan, 9.0, nan], [nan, nan, nan]]])
    model = LastValue(ModelConfig(features=3), (0, 1))
    model.mean[..., 2] = 5.0
    predicted = model(times, values, torch.tensor([[0.5, 1.0, 1.9, 2.0, 7.0]])).values
    expected = [[1.0, 8.0, 5.0], [2.0, 8.0, 5.0], [2.0, 8.0, 5.0], [2.0, 9.0, 5.0], [2.0, 9.0, 5.0]]
    assert predicted.tolist() == [[expected]] * 2
