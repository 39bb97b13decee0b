import math

import pytest
import torch

from pathlode.core.paths import path_length, spread


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
