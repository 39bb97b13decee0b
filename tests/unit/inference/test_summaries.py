import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.inference import summaries


@pytest.fixture
def waves():
    """Eight sines of two features at irregular times; the second feature is minus the first."""
    times = torch.rand(8, 400, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).sort(dim=1).values * 10
    phase = torch.arange(8)[:, None] / 8
    x = torch.sin(2 * math.pi * (times / 5 + phase))
    return TimeSeries(times, torch.stack([x, 1 - x], dim=-1))


def test_the_grid_has_the_values_feature_by_feature(waves):
    grid = summaries.on_grid(waves, 10.0, 21)
    assert grid.shape == (8, 43)
    assert torch.equal(grid[:, -1], waves.times[:, -1])
    exact = torch.sin(2 * math.pi * (torch.linspace(0, 10, 21).double() / 5))
    assert torch.allclose(grid[0, :21], exact, atol=0.1)
    assert torch.allclose(grid[:, 21:-1], 1 - grid[:, :21], atol=1e-5)


def test_statistics_are_what_they_are_called(waves):
    numbers = summaries.statistics(waves, 10.0, 200)
    mean, log_variance, peak, position = (numbers[:, 2 * k : 2 * k + 2] for k in range(4))
    assert torch.allclose(mean, torch.tensor([0.0, 1.0]).double().expand(8, 2), atol=0.02)
    assert torch.allclose(log_variance.exp(), torch.full((8, 2), 0.5).double(), atol=0.02)
    assert torch.allclose(peak, torch.tensor([1.0, 2.0]).double().expand(8, 2), atol=0.02)
    assert ((position >= 0) & (position < 1)).all()
    half_period = numbers[:, 14:16]  # a lag of a fifth of the window: two fifths of the period
    assert torch.allclose(half_period, torch.full((8, 2), math.cos(2 * math.pi * 0.4)).double(), atol=0.15)
    assert torch.allclose(numbers[:, -2], torch.tensor(-1.0).double(), atol=1e-3)
    assert numbers.isfinite().all()


def test_series_of_different_lengths_are_summarised_as_each_alone(waves):
    """Of one series only the first 300 observations, of another every other value of the first feature."""
    times, values = waves.times.clone(), waves.values.clone()
    times[2, 300:] = values[2, 300:] = torch.nan
    values[5, ::2, 0] = torch.nan
    series = TimeSeries(times, values)
    for summarise in (summaries.on_grid, summaries.statistics):
        found = summarise(series, 10.0, 40)
        short = summarise(TimeSeries(waves.times[2:3, :300], waves.values[2:3, :300]), 10.0, 40)
        thinned = summarise(TimeSeries(waves.times[5:6, 1::2], waves.values[5:6, 1::2]), 10.0, 40)
        assert torch.allclose(found[2], short[0], atol=1e-6)
        assert torch.allclose(found[5, :40], thinned[0, :40], atol=1e-6) or summarise is summaries.statistics
        assert torch.equal(found[0], summarise(waves, 10.0, 40)[0])


def test_observations_are_as_given_with_nan_for_what_is_missing():
    series = TimeSeries.of([([5e6, 5e6 + 0.25, 5e6 + 0.5], [1.0, math.nan, 3.0]), ([7.0], [8.0])])
    found = summaries.observations(series)
    assert found.dtype == torch.float64
    assert found.nan_to_num(nan=-1).tolist() == [
        [[5e6, 1.0], [5e6 + 0.25, -1.0], [5e6 + 0.5, 3.0]],
        [[7.0, 8.0], [-1.0, -1.0], [-1.0, -1.0]],
    ]
