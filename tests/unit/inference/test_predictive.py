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
