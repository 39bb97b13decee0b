import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.forecasting.coverage import width_for_new
from pathlode.models.constant import Constant
from pathlode.models.settings import ModelConfig
from pathlode.uncertainty.mixtures import NormalMixture


def test_the_width_holds_the_stated_share_of_hidden_observations():
    """The model predicts the mean of what is seen; the first and the last value are never hidden."""
    values = [0.0, *(0.1 * number for number in range(1, 11))]
    model = Constant(ModelConfig(features=2), [0, 1])
    model.noise[:] = 1.0
    series = TimeSeries.of([([float(n) for n in range(11)], [[value, 7.0] for value in values])])
    width = width_for_new(model, series, 0.9)
    errors = []
    for place in range(1, 10):
        seen = [value for number, value in enumerate(values) if number in (0, 10) or number % 3 != place % 3]
        errors.append(abs(values[place] - sum(seen) / len(seen)))
    half = float(NormalMixture(torch.zeros(2, 1), torch.ones(2, 1)).quantile(0.95))
    assert float(width[0]) == pytest.approx(torch.tensor(errors).quantile(0.9).item() / half, rel=1e-4)
    assert float(width[1]) == pytest.approx(0.0, abs=1e-5)


def test_a_feature_that_was_not_observed_keeps_its_width():
    model = Constant(ModelConfig(features=2), [0])
    model.noise[:] = 1.0
    series = TimeSeries.of([([0.0, 1.0, 2.0], [[1.0, torch.nan], [2.0, torch.nan], [3.0, torch.nan]])])
    assert float(width_for_new(model, series, 0.9)[1]) == 1.0
