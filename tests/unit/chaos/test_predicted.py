"""What follows a window, and where a forecast begins."""

import math

import pytest
import torch

from pathlode.chaos.predicted import follow_window
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig


@pytest.mark.parametrize("rate", [0.0, 2.0, math.inf])
def test_a_window_draws_a_state_that_does_not_move_to_an_average_of_its_observations(rate):
    """With dh/dτ = 0, h ← h + (1 - e^{-κΔ}) (x - h) from the first observation on; for κ = ∞ that is the last one."""
    model = ObservedODE(ModelConfig(features=2, field="linear", time_unit=0.5), seeds=(0, 1)).double()
    for parameter in model.field.parameters():
        parameter.data.zero_()
    generator = torch.Generator().manual_seed(0)
    times = torch.rand(2, 3, 6, generator=generator, dtype=torch.float64).sort(dim=-1).values
    values = torch.randn(2, 3, 6, 2, generator=generator, dtype=torch.float64)
    expected = values[:, :, 0]
    for point, gap in enumerate(times.diff(dim=-1).unbind(-1), start=1):
        share = 1 - torch.exp(-rate * gap / 0.5)[..., None]
        expected = expected + share * (values[:, :, point] - expected)
    assert torch.allclose(follow_window(model, times, values, rate, solver_steps=2), expected)
