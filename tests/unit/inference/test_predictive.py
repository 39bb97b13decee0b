import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.inference.predictive import predictive_coverage, predictive_draws
from pathlode.registry import SYSTEMS


def test_predictions_cover_what_was_observed_as_often_as_they_say():
    system, rng = SYSTEMS["lotka_volterra"](), np.random.default_rng(0)
    truth = system.draw(6, rng)
    times = np.sort(rng.uniform(0, 5, (6, 40)), axis=1)
    values = system.solution(truth, times) + 0.2 * rng.standard_normal((6, 40, 2))
    series = TimeSeries(torch.from_numpy(times), torch.from_numpy(values))
    exact = np.broadcast_to(truth, (60, 6, 6))
    assert predictive_draws(system, exact, series, 0.2).shape == (60, 6, 40, 2)
    assert predictive_coverage(system, exact, series, 0.2) == pytest.approx(0.9, abs=0.06)
    assert predictive_coverage(system, exact[:, :3], series, 0.02) < 0.4


def test_missing_values_and_padding_do_not_count():
    system, rng = SYSTEMS["lotka_volterra"](), np.random.default_rng(0)
    truth = system.draw(3, rng)
    times = torch.from_numpy(np.sort(rng.uniform(0, 5, (3, 8)), axis=1))
    values = torch.from_numpy(system.solution(truth, times.numpy())) + 0.3
    draws, complete = np.broadcast_to(truth, (20, 3, 6)), TimeSeries(times, values)
    shorter, gapped = times.clone(), values.clone()
    shorter[1, 5:] = gapped[1, 5:] = gapped[0, 2, 1] = torch.nan
    series = TimeSeries(shorter, gapped)
    seen = series.mask.numpy()
    found, expected = (predictive_draws(system, draws, given, 0.2) for given in (series, complete))
    assert np.array_equal(found[:, seen], expected[:, seen])
    low, high = np.quantile(expected, [0.05, 0.95], axis=0)
    inside = (values.numpy() >= low) & (values.numpy() <= high)
    assert 0 < inside[seen].mean() < 1
    assert predictive_coverage(system, draws, series, 0.2) == pytest.approx(inside[seen].mean())
