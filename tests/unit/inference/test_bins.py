import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.inference.bins import binned
from pathlode.inference.scattered import Scattered
from pathlode.inference.summaries import on_grid


@pytest.fixture
def waves():
    """Eight sines of two features at irregular times."""
    times = torch.rand(8, 400, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).sort(dim=1).values * 10
    return TimeSeries(times, torch.stack([times.sin(), 1 - times.sin()], dim=-1))


def in_bins(series, end, bins):
    return binned(Scattered.of(series), end, bins)


def test_bins_have_the_observations_in_them():
    nan = math.nan
    series = TimeSeries(
        torch.tensor([[0.5, 1.0, 4.5, 7.9], [0.0, 2.0, 9.0, nan]]),
        torch.tensor(
            [[[1.0, nan], [3.0, 5.0], [nan, 7.0], [4.0, nan]], [[1.0, nan], [5.0, nan], [7.0, nan], [nan, nan]]]
        ),
    )
    counts, off, means = in_bins(series, 8.0, 4).view(2, 3, 2, 4).unbind(dim=1)
    expected = [[[2, 0, 0, 1], [1, 0, 1, 0]], [[1, 1, 0, 1], [0, 0, 0, 0]]]
    assert torch.allclose(counts.square(), torch.tensor(expected).float(), atol=1e-6)
    expected = [[[-0.125, 0, 0, 0.45], [0, 0, -0.25, 0]], [[-0.5, -0.5, 0, 1.0], [0, 0, 0, 0]]]
    assert torch.allclose(off, torch.tensor(expected), atol=1e-6)
    expected = [[[2, 8 / 3, 10 / 3, 4], [5, 6, 7, 7]], [[1, 5, 6, 7], [0, 0, 0, 0]]]
    assert torch.allclose(means, torch.tensor(expected), atol=1e-6)


def test_the_mean_of_a_bin_gains_from_each_observation(waves):
    noisy = TimeSeries(
        waves.times, waves.values + 0.3 * torch.randn(waves.values.shape, generator=torch.Generator().manual_seed(1))
    )
    grid, bins = (summarise(noisy, 10.0, 20) - summarise(waves, 10.0, 20) for summarise in (on_grid, in_bins))
    of_bins = float(bins[:, -40:].std())
    assert of_bins == pytest.approx(0.3 / 20**0.5, rel=0.15)  # twenty observations a bin
    assert float(grid[:, :40].std()) > 2.5 * of_bins


def test_series_of_different_lengths_are_binned_as_each_alone(waves):
    """Of one series only the first 300 observations, of another every other value of the first feature."""
    times, values = waves.times.clone(), waves.values.clone()
    times[2, 300:] = values[2, 300:] = torch.nan
    values[5, ::2, 0] = torch.nan
    found = in_bins(TimeSeries(times, values), 10.0, 40)
    short = in_bins(TimeSeries(waves.times[2:3, :300], waves.values[2:3, :300]), 10.0, 40)
    assert torch.allclose(found[2], short[0], atol=1e-6)
    assert torch.equal(found[0], in_bins(waves, 10.0, 40)[0])


def test_features_that_are_observed_together_need_one_mark(waves):
    scattered = Scattered.of(waves)
    marked = Scattered(8, scattered.owner, scattered.times, scattered.values, torch.ones(3200, 2, dtype=torch.bool))
    assert scattered.seen is None
    assert torch.equal(binned(scattered, 10.0, 40), binned(marked, 10.0, 40))
