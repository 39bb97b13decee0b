import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.dynamics.tuning_scores import held_out_errors
from pathlode.models.constant import Constant
from pathlode.models.settings import ModelConfig


def test_held_out_errors_are_those_at_observations_that_the_encoder_does_not_see():
    # The constant model predicts the mean of what it sees, and beyond that the last value of it.
    times = torch.arange(9.0)[None]
    values = torch.tensor([0.0, 3.0, 0.0, 0.0, 5.0, 6.0, 6.0, 6.0, 9.0])[None, :, None]
    inside, late = held_out_errors(Constant(ModelConfig(features=1)), TimeSeries(times, values), FixedStep())
    # of the first six, those at 1 and 4 are hidden, and the mean of the others is 1.5: (1.5² + 3.5²) / (1² + 1²)
    assert inside.item() == pytest.approx(14.5 / 2)
    # the first six are seen, and the last of them is 6: (0² + 0² + 3²) / (1² + 1² + 2²)
    assert late.item() == pytest.approx(9 / 6)
