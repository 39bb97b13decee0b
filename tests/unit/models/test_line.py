import torch

from pathlode.models.line import Line
from pathlode.models.settings import ModelConfig


def test_each_feature_is_continued_on_its_own_line():
    """2 t - 1 exactly; (0, 0, 3) at 0, 1, 2 by 1.5 t - 0.5; one observation alone; none, so 5, the mean of the training data."""
    nan = torch.nan
    times = torch.tensor([[0.0, 1.0, 2.0, nan]]).double()
    values = torch.tensor(
        [[[-1.0, 0.0, nan, nan], [nan, 0.0, 7.0, nan], [3.0, 3.0, nan, nan], [nan, nan, nan, nan]]]
    ).double()
    model = Line(ModelConfig(features=4)).double()
    model.mean[..., 3] = 5.0
    predicted = model(times, values, torch.tensor([[0.5, 4.0]]).double()).values[0, 0]
    expected = torch.tensor([[0.0, 0.25, 7.0, 5.0], [7.0, 5.5, 7.0, 5.0]]).double()
    assert torch.allclose(predicted, expected)
