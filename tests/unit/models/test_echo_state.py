import math

import torch

from pathlode.core.series import TimeSeries
from pathlode.models.echo_state import SPECTRAL_RADIUS, EchoState
from pathlode.models.settings import ModelConfig


def test_sines_are_continued_for_periods():
    """Of any phase, from regular observations without noise."""
    phases, times = torch.linspace(0, 6, 20).double()[:, None], 0.2 * torch.arange(60).double()
    series = TimeSeries(times.expand(20, -1), torch.sin(times + phases)[..., None])
    model = EchoState(ModelConfig(features=1, hidden=60), (0, 1)).double()
    model.fit(series)
    later = times[-1] + torch.linspace(0, 4 * math.pi, 30).double().expand(20, -1)
    found = model(series.times, series.values, later).values[..., 0]
    assert (found - torch.sin(later + phases)).abs().max() < 0.05  # with straight lines between points


def test_what_was_read_long_ago_is_forgotten():
    model = EchoState(ModelConfig(features=2, hidden=30), (0, 1)).double()
    radius = torch.linalg.eigvals(model.recurrent).abs().amax(dim=-1)
    assert torch.allclose(radius, torch.full((2,), SPECTRAL_RADIUS).double())
    state, x, seen = (
        torch.randn(2, 5, 30).double(),
        torch.randn(2, 1, 2).double(),
        torch.ones(2, 1, 1, dtype=torch.bool),
    )
    for _ in range(200):
        state = model.moved(state, x, seen)
    assert (state - state[:, :1]).abs().max() < 1e-6
