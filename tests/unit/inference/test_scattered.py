import torch

from pathlode.core.series import TimeSeries
from pathlode.inference.scattered import Scattered
from pathlode.inference.summaries import observations


def test_padded_observations_are_those_of_the_series():
    """Two lengths, a value missing, and a time at which nothing was observed, which is left out."""
    nan = torch.nan
    times = torch.tensor([[0.0, 1.0, 2.0], [0.5, 1.5, nan]])
    values = torch.tensor([[[1.0, 2.0], [nan, 3.0], [4.0, nan]], [[5.0, 6.0], [nan, nan], [nan, nan]]])
    scattered = Scattered.of(TimeSeries(times, values))
    assert scattered.owner.tolist() == [0, 0, 0, 1]
    expected = observations(TimeSeries(times, values))
    expected[1, 1] = nan
    assert torch.equal(scattered.padded().nan_to_num(-1), expected.nan_to_num(-1))
