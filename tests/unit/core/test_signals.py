"""Signals that lines and parabolas give exactly, and a sine within the orders of the interpolations."""

import math

import pytest
import torch

from pathlode.core.signals import INTERPOLATIONS, Signal

NAN = math.nan


def knots(*shape):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(*shape, dtype=torch.float64, generator=generator).cumsum(dim=-1)


def test_a_line_between_two_times_and_constant_beyond():
    signal = Signal.of(torch.tensor([[0.0, 2.0, 3.0]]), torch.tensor([[[1.0], [5.0], [5.0]]]))
    found = signal(torch.tensor([[-1.0, 0.0, 0.5, 2.0, 2.5, 3.0, 9.0]]))[0, :, 0]
    assert found.tolist() == [1.0, 1.0, 2.0, 5.0, 5.0, 5.0, 5.0]


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_values_are_met_at_their_times(interpolation):
    times = knots(2, 3, 6)
    values = torch.randn(2, 3, 6, 2, dtype=torch.float64)
    assert torch.allclose(Signal.of(times, values, interpolation)(times), values, atol=1e-12)


def test_a_parabola_is_reproduced_with_unequal_gaps():
    times = knots(2, 3, 6)
    points = times[..., :1] + (times[..., -1:] - times[..., :1]) * torch.linspace(0, 1, 40, dtype=torch.float64)
    parabola = torch.stack([3 + 2 * points - 5 * points**2, points], dim=-1)
    signal = Signal.of(times, torch.stack([3 + 2 * times - 5 * times**2, times], dim=-1), "cubic")
    assert torch.allclose(signal(points), parabola, atol=1e-10)


@pytest.mark.parametrize(("interpolation", "order"), [("linear", 2), ("cubic", 3)])
def test_the_error_falls_with_the_order_of_the_interpolation(interpolation, order):
    points = torch.linspace(0, 6, 1000, dtype=torch.float64)[None]
    errors = []
    for count in (41, 81):
        times = torch.linspace(0, 6, count, dtype=torch.float64)[None]
        errors.append(
            float((Signal.of(times, times.sin()[..., None], interpolation)(points)[..., 0] - points.sin()).abs().max())
        )
    assert math.log2(errors[0] / errors[1]) > order - 0.3


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("length", [2, 3, 5])
def test_padding_changes_nothing(interpolation, length):
    times, values = knots(1, length), torch.randn(1, length, 2, dtype=torch.float64)
    points = torch.linspace(float(times[0, 0]) - 1, float(times[0, -1]) + 1, 30, dtype=torch.float64)[None]
    alone = Signal.of(times, values, interpolation)(points)
    filler = torch.full((1, 3), NAN, dtype=torch.float64)
    together = Signal.of(
        torch.cat([times, filler], dim=-1),
        torch.cat([values, filler[..., None].expand(1, 3, 2)], dim=-2),
        interpolation,
    )
    assert torch.equal(together(points), alone)
    if length == 2:
        assert torch.allclose(alone, Signal.of(times, values)(points))


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_its_derivative_after_time_is_that_of_its_pieces(interpolation):
    times = knots(1, 5)
    signal = Signal.of(times, torch.randn(1, 5, 1, dtype=torch.float64), interpolation)
    points = ((times[:, 1:] + times[:, :-1]) / 2 + 0.01).requires_grad_()
    assert torch.autograd.gradcheck(signal, points)
