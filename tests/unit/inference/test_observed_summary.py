import pytest
import torch

from pathlode.errors import ConfigError, DataError
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.summaries import observations
from pathlode.models.latents import encode


def test_each_kind_of_summary(series, make_model):
    x, model = torch.rand(4, 3, 2), make_model()
    assert torch.equal(ObservedSummary()(x), x.flatten(1))
    assert torch.equal(ObservedSummary(lambda x: x.mean(dim=1))(x), x.mean(dim=1))
    assert torch.equal(ObservedSummary()(series), observations(series))
    assert torch.equal(ObservedSummary(model)(series), encode(model, series)[0])


def test_other_summaries_are_refused(make_model):
    with pytest.raises(ConfigError, match="the summary is a str, expected a trained latent ODE, a function, or None"):
        ObservedSummary("z0")
    with pytest.raises(DataError, match=r"shape \(4,\) for 4 observations, expected \(4, number\): one row for each"):
        ObservedSummary(lambda x: x[:, 0])(torch.zeros(4, 2))
    with pytest.raises(
        DataError, match="the summary is a model of series, expected a simulator that returns a TimeSeries"
    ):
        ObservedSummary(make_model())(torch.zeros(4, 2))
