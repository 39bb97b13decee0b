"""The piecewise linear field, against solutions in each of its pieces."""

import torch

from pathlode.core.fields.piecewise_linear import PiecewiseLinearField
from pathlode.core.solve import Adaptive, solve


def three_pieces():
    """dh/dτ = 2 - h + min(max(h, 0), 2), of one state."""
    field = PiecewiseLinearField([torch.Generator()], 1, 1, 1).double()
    given = {
        field.linear.matrix: -1,
        field.constant: 2,
        field.planes.weight: 1,
        field.planes.bias: -2,
        field.slopes: -1,
    }
    for parameter, value in given.items():
        parameter.data.fill_(value)
    return field


def test_each_piece_is_linear():
    """φ(h - 2) - φ(h) is 0 below 0, -h in [0, 2] and -2 above; with A = -1, c = 2 and W = -1 dh/dτ = 2 - h + (0, h or 2)."""
    start = torch.tensor([[[-1.0], [0.5], [7.0]]]).double()
    times = torch.tensor([0.0, 0.2]).double().expand(3, 2)
    states = solve(three_pieces(), start, times, solver=Adaptive(rtol=1e-9, atol=1e-9)).states[0, :, 1, 0]
    decay = torch.tensor(-0.2).double().exp()
    expected = torch.stack([2 - 3 * decay, torch.tensor(0.5 + 2 * 0.2).double(), 4 + 3 * decay])
    assert torch.allclose(states, expected, atol=1e-7)


def test_far_away_it_is_its_linear_part():
    """The rest is bounded, in every direction."""
    field = PiecewiseLinearField([torch.Generator().manual_seed(0)], 4, 30, 1)
    h = 1e3 * torch.randn(1, 50, 4)
    rest = field(h) - field.linear(h) - field.constant
    assert rest.abs().max() < field.slopes.abs().sum() * field.planes.bias.abs().max()
    assert field.linear(h).abs().max() > 100
