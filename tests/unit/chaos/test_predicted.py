"""What follows a window, and where a forecast begins."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pathlode.chaos.predicted import Asking, follow_window, predicted_by
from pathlode.models.latent_sde import LatentSDE
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


def test_the_forecast_of_an_sde_is_a_mean_and_its_orbit_a_single_path():
    """Without drift the mean of paths and their opposites stands still, and a path of its own does not."""
    sizes = {"features": 2, "hidden": 4, "latent": 3, "width": 5, "variational": True}
    model = LatentSDE(ModelConfig(**sizes), seeds=(0, 1))
    with torch.no_grad():
        model.prior.scale.zero_()
    rng = np.random.default_rng(0)
    times, values = np.tile(np.linspace(0, 1, 5), (2, 3, 1)), rng.normal(size=(2, 3, 5, 2))
    after = np.linspace(0.1, 2, 8)
    data = SimpleNamespace(test_times=times, test_values=values, ahead=np.tile(after, (2, 1)), moments=after)
    found = predicted_by(model, data, Asking(solver_steps=4, from_last=False, smoothing=0.1))
    assert np.ptp(found.forecast, axis=2).max() < 1e-12
    assert np.ptp(found.orbits, axis=2).min() > 0.01
