import numpy as np
import torch

from pathlode import TimeSeries
from pathlode.forecasting.queries import observed_at


def test_observations_at_the_very_times_that_are_asked_for_are_found_feature_by_feature():
    """The first series has its second feature missing at time 2; the second ends at time 1."""
    nan = np.nan
    series = TimeSeries.of(
        [([0.0, 2.0, 5.0], [[1.0, 1.0], [1.0, nan], [1.0, 1.0]]), ([0.5, 1.0], [[1.0, 1.0], [1.0, 1.0]])]
    )
    query = torch.tensor([[2.0, 3.0, 5.0, 6.0], [0.5, 2.0, nan, nan]])
    found = observed_at(query, series)
    assert found[0].tolist() == [[True, False], [False, False], [True, True], [False, False]]
    assert found[1].tolist() == [[True, True], [False, False], [False, False], [False, False]]
