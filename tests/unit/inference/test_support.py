import math

import pytest
import torch
from torch.distributions import biject_to, constraints

from pathlode.errors import ConfigError
from pathlode.inference.support import Support

INFINITE = math.inf
MIXED = Support(*torch.tensor([[0.5, 2.0, -INFINITE, -INFINITE], [1.5, INFINITE, 3.0, INFINITE], [1.0, 1.0, 1.0, 1.0]]))
"""Between two bounds, above one, below one, and without."""
THETA = torch.tensor([[0.6, 2.1, -7.0, -4.0], [1.0, 900.0, 2.9, 0.0], [1.4, 3.0, 2.0, 12.0]])


def test_each_parameter_has_the_map_of_its_bounds():
    y, slopes = MIXED.to_reals(THETA)
    by_hand = [math.log(0.1 / 0.9), math.log(0.1), math.log(10), -4]
    assert y[0].tolist() == pytest.approx(by_hand, abs=1e-5)
    assert float(slopes[0]) == pytest.approx(-math.log(0.1 * 0.9) - math.log(0.1) - math.log(10), abs=1e-5)
    assert torch.allclose(MIXED.from_reals(y), THETA, rtol=1e-5)


@pytest.mark.parametrize(
    ("low", "high", "constraint"),
    [(-1.0, 3.0, constraints.interval(-1.0, 3.0)), (2.0, INFINITE, constraints.greater_than(2.0))],
)
def test_the_maps_are_those_of_torch(low, high, constraint):
    """torch's map of an interval differs from ours by nothing, and that of a half-line too."""
    theta = torch.linspace(2.05, 2.95, 7)[:, None]
    y, slopes = Support(*torch.tensor([[low], [high], [1.0]])).to_reals(theta)
    torchs = biject_to(constraint).inv
    assert torch.allclose(y, torchs(theta), atol=1e-5)
    assert torch.allclose(slopes, torchs.log_abs_det_jacobian(theta, y)[:, 0], atol=1e-5)


def test_slopes_are_those_of_finite_differences():
    theta, step = THETA.double(), 1e-6
    _, slopes = MIXED.to_reals(theta)
    differences = (MIXED.to_reals(theta + step)[0] - MIXED.to_reals(theta - step)[0]) / (2 * step)
    assert torch.allclose(differences.abs().log().sum(dim=-1), slopes, atol=1e-6)


def test_nothing_leaves_the_bounds_and_nothing_becomes_infinite():
    far = MIXED.from_reals(torch.tensor([[-1e9], [1e9]]).expand(2, 4))
    assert MIXED.contains(far).all()
    assert far.isfinite().all()
    ends = torch.tensor([[0.5, 2.0, 3.0, 0.0], [1.5, 2.0, 3.0, 0.0]])
    y, slopes = MIXED.to_reals(ends)
    assert y.isfinite().all()
    assert slopes.isfinite().all()
    assert MIXED.contains(torch.tensor([[1.0, 1.9, 0.0, 0.0], [1.0, 2.1, 3.1, 0.0]])).tolist() == [False, False]


def test_gradients_pass_through_every_map():
    theta = THETA.clone().requires_grad_()
    y, slopes = MIXED.to_reals(theta)
    (MIXED.from_reals(y).sum() + slopes.sum()).backward()
    assert theta.grad.isfinite().all()


@pytest.mark.parametrize("size", [1e3, -1e3, 1e9])
def test_gradients_from_the_real_numbers_are_finite_however_large_these_are(size):
    """Without bounds the gradient is 1."""
    y = torch.full((4,), size).requires_grad_()
    MIXED.from_reals(y).sum().backward()
    assert y.grad.isfinite().all()
    assert float(y.grad[3]) == 1


def test_bounds_without_inside_are_refused():
    with pytest.raises(ConfigError, match=r"lies between \[1.0\] and \[1.0\], expected two lists .*, low < high"):
        Support([1.0], [1.0], [1.0])
    with pytest.raises(ConfigError, match="expected two lists of numbers or infinities"):
        Support([math.nan], [1.0], [1.0])
