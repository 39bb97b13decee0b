"""How observations reach a regular grid, and predictions other times, with a map that is known: doubling in each step."""

import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.models.map_model import MapModel
from pathlode.models.settings import ModelConfig


class Doubling(MapModel):
    def step(self, z):
        return 2 * z

    def first_state(self, x):
        return x


def doubling(gap):
    model = Doubling(ModelConfig(features=1), (0, 1)).double()
    model.gap.fill_(gap)
    return model


def test_predictions_are_on_lines_between_the_points_of_the_grid():
    """Points at 1, 1.5, 2 ... with the values 3, 6, 12 ...; before the first, the line through the first two."""
    times, values = torch.tensor([[1.0, 1.2, 7.0]]).double(), torch.tensor([[[3.0], [0.0], [0.0]]]).double()
    query = torch.tensor([[0.5, 1.0, 1.25, 1.5, 1.875, 2.5]]).double()
    found = doubling(0.5)(times, values, query, backward=True).values[1, 0, :, 0]
    assert found.tolist() == pytest.approx([0.0, 3.0, 4.5, 6.0, 10.5, 24.0])


def test_the_gap_is_the_mean_one_of_each_member_s_series():
    nan = math.nan
    times = torch.tensor([[[0.0, 1.0, 4.0], [5.0, 6.0, nan]], [[0.0, 0.1, 0.2], [0.0, 0.1, nan]]])
    series = TimeSeries(times, torch.where(times.isnan(), nan, times)[..., None])
    model = Doubling(ModelConfig(features=1), (0, 1, 2))
    model.standardise(series, owners=[0, 1, 0])
    assert torch.allclose(model.gap.flatten(), torch.tensor([5 / 3, 0.1, 5 / 3]))


def test_observations_are_read_on_the_grid():
    """Regular ones as they are, in any precision of the times; others and missing ones on straight lines, to their end."""
    model, nan = doubling(0.1), math.nan
    times = torch.tensor([[5.0, 5.1, 5.2, 5.3], [5.0, 5.05, 5.15, nan]]).double()
    values = torch.tensor([[1.0, nan, 3.0, 7.0], [0.0, 1.0, 3.0, nan]]).double()[..., None]
    observed, inside = model._on_grid(model._stack(times, values, check=True))
    assert torch.allclose(observed[0, 0, :, 0], torch.tensor([1.0, 2.0, 3.0, 7.0]).double())
    assert torch.allclose(observed[0, 1, :2, 0], torch.tensor([0.0, 2.0]).double())
    assert inside[0, :, :, 0].tolist() == [[True] * 4, [True, True, False, False]]


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.0, [1, 2, 4, 8]), (math.log(2) / 0.1, [1, 2, 3, 4]), (math.inf, [1, 2, 2, 2])]
)
def test_a_forced_map_is_drawn_by_its_share(rate, expected):
    """With observations that are 1 throughout: z = 2 is drawn to 1.5 by half, and to 1 altogether."""
    times = 0.1 * torch.arange(4).double()[None]
    found = doubling(0.1).forced(times, torch.ones(1, 4, 1).double(), rate, solver=FixedStep("rk4", 1))
    assert found.values[0, 0, :, 0].tolist() == pytest.approx(expected)
