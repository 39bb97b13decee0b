"""Graphs of known fields, and their agreement with graphs made by hand."""

import math

import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.dynamics.graphs import auroc, influences
from pathlode.errors import ConfigError
from pathlode.models.curve import Curve
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig

MATRIX = torch.tensor([[[-0.5, 0.0, 2.0], [0.3, 0.0, 0.0], [0.0, -1.0, 0.1]]])


def linear_model(members=1):
    model = ObservedODE(ModelConfig(features=3, field="linear"), range(members))
    model.field.matrix.data = MATRIX.repeat(members, 1, 1) * torch.arange(1.0, members + 1)[:, None, None]
    return model


def test_influences_of_a_linear_system_are_the_sizes_of_its_matrix():
    series = TimeSeries(torch.rand(6, 5).sort().values, torch.randn(6, 5, 3))
    found = influences(linear_model(2), series)
    assert torch.allclose(found[:1], MATRIX.abs())
    assert torch.allclose(found[1:], 2 * MATRIX.abs())


def test_they_are_means_over_the_observations_that_are_complete():
    """Of dh_0/dτ = tanh(h_0): the mean of 1 - tanh², by hand."""
    model = ObservedODE(ModelConfig(features=1, depth=1, width=1))
    first, last = model.field.mlp.layers
    first.weight.data.fill_(1.0)
    first.bias.data.fill_(30.0)  # softplus is then the identity
    last.weight.data.fill_(1.0)
    last.bias.data.fill_(-30.0)
    nan = math.nan
    series = TimeSeries(
        torch.tensor([[0.0, 1.0, 2.0], [0.0, 1.0, nan]]), torch.tensor([[[0.5], [nan], [1.0]], [[-2.0], [0.0], [nan]]])
    )
    expected = np.mean([1 - math.tanh(x) ** 2 for x in (0.5, 1.0, -2.0, 0.0)])
    assert float(influences(model, series)) == pytest.approx(expected, rel=1e-4)


def test_each_member_may_have_series_of_its_own():
    model, values = ObservedODE(ModelConfig(features=2), (0, 1)), torch.randn(2, 4, 3, 2)
    times = torch.rand(2, 4, 3).sort().values
    together = influences(model, TimeSeries(times, values))
    for member in range(2):
        alone = influences(model.member(member), TimeSeries(times[member], values[member]))
        assert torch.allclose(together[member], alone[0], atol=1e-6)


def test_the_area_under_the_curve_by_hand():
    """Edges 3 and 1 against pairs without one, 2, 1 and 0: of eight comparisons six are won and one is tied. The diagonal is not
    compared."""
    influence = torch.tensor([[[9.0, 3.0, 2.0], [1.0, 0.0, 1.0], [0.0, 0.0, 5.0]]])
    adjacency = np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    pairs = [(3, 2), (3, 1), (3, 0), (3, 0), (1, 2), (1, 1), (1, 0), (1, 0)]
    expected = sum(1.0 if edge > other else 0.5 if edge == other else 0.0 for edge, other in pairs) / len(pairs)
    assert float(auroc(influence, adjacency)) == expected == 6.5 / 8
    assert float(auroc(-influence, adjacency)) == 1 - expected
    assert auroc(influence, np.ones((3, 3), dtype=bool)).isnan().all()


def test_a_latent_model_has_no_graph(series):
    with pytest.raises(ConfigError, match="Curve has no Jacobian of the observed quantities: choose a model"):
        influences(Curve(ModelConfig(features=2)), series)
