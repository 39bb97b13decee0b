import math

import pytest
import torch

from pathlode.core.paths import path_length, spread
from pathlode.errors import DataError


def test_path_length_of_a_straight_line():
    line = torch.linspace(0, 1, 9)[:, None] * torch.tensor([3.0, 4.0])
    assert path_length(line[None, None]).item() == pytest.approx(5.0)


def test_path_length_of_a_circle():
    angle = torch.linspace(0, 2 * math.pi, 2001, dtype=torch.float64)
    circle = 2 * torch.stack([angle.cos(), angle.sin()], dim=-1)
    assert path_length(circle[None, None]).item() == pytest.approx(4 * math.pi, rel=1e-5)


def test_mahalanobis_length_divides_each_dimension_by_its_deviation():
    line = torch.linspace(0, 1, 5)[:, None] * torch.tensor([3.0, 8.0])
    scale = torch.tensor([[[1.0, 2.0]]])
    assert path_length(line[None, None], scale).item() == pytest.approx(5.0)


def test_spread_is_the_standard_deviation_over_the_batch_with_a_floor():
    z0 = torch.tensor([[[1.0, 5.0], [3.0, 5.0]]])
    assert spread(z0).flatten().tolist() == pytest.approx([math.sqrt(2.0), 1e-6])


@pytest.mark.parametrize("scale", [1.0, torch.tensor([[[1.0, 2.0]]])])
def test_a_length_connects_the_points_of_observed_times_alone(scale):
    path = torch.randn(1, 2, 6, 2)
    mask = torch.tensor([[1, 0, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]])[None, ..., None].expand(1, 2, 6, 3) > 0
    kept = path[:, :1, [0, 2, 3]], path[:, 1:]
    expected = torch.cat([path_length(each, scale) for each in kept], dim=1)
    assert torch.allclose(path_length(path, scale, mask), expected, rtol=1e-5)


def test_a_batch_of_one_has_no_spread():
    with pytest.raises(DataError, match=r"a batch of one trajectory has no standard deviation .* drop_last=True"):
        spread(torch.zeros(3, 1, 4))
