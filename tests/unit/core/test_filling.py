import math

import pytest
import torch

from pathlode.core.filling import last_observed

TIMES = torch.tensor([[1.0, 2.0, 4.0, 7.0]])
VALUES = torch.tensor([[[5.0, math.nan], [math.nan, 6.0], [8.0, math.nan], [math.nan, math.nan]]])


@pytest.mark.parametrize(
    ("reverse", "when", "value"),
    [
        (False, [[1, 1, 4, 4], [-math.inf, 2, 2, 2]], [[5, 5, 8, 8], [0, 6, 6, 6]]),
        (True, [[1, 4, 4, math.inf], [2, 2, math.inf, math.inf]], [[5, 8, 8, 0], [6, 6, 0, 0]]),
    ],
)
def test_the_last_observation_of_each_feature_stays_until_the_next(reverse, when, value):
    found = last_observed(TIMES, VALUES, ~VALUES.isnan(), reverse)
    assert [part[0].T.tolist() for part in found] == [when, value]


def test_gradients_reach_the_observations_alone():
    values = VALUES.clone().requires_grad_()
    last_observed(TIMES, values, ~VALUES.isnan())[1].sum().backward()
    assert values.grad[0].T.tolist() == [[2, 0, 2, 0], [0, 3, 0, 0]]
