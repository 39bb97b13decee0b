import math

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.uncertainty.mixtures import NormalMixture, mean_absolute

ONE = NormalMixture(torch.tensor([[0.0, 10.0]]), torch.tensor([[1.0, 2.0]]))
TWO = NormalMixture(torch.tensor([[-1.0], [3.0]]), torch.tensor([[0.5], [1.0]]))
APART = NormalMixture(torch.tensor([[-50.0], [50.0]]), torch.ones(2, 1))


def test_moments_of_two_members_by_hand():
    """Variances 0.25 and 1, and means that are 2 away from theirs: (0.25 + 1) / 2 + 4."""
    assert TWO.mean.tolist() == [1.0]
    assert TWO.std.tolist() == pytest.approx([math.sqrt(4.625)])


def test_quantiles_of_one_member_are_those_of_a_normal_distribution():
    assert ONE.quantile(0.95).tolist() == pytest.approx([1.6448536, 10 + 2 * 1.6448536])
    assert ONE.quantile(0.5).tolist() == pytest.approx([0.0, 10.0], abs=1e-6)


@pytest.mark.parametrize("mixture", [TWO, APART])
@pytest.mark.parametrize("probability", [0.001, 0.05, 0.3, 0.75, 0.95, 0.999])
def test_quantiles_of_several_members_invert_the_distribution(mixture, probability):
    """Also where the density is almost nothing, between two members that are far apart."""
    wide = NormalMixture(mixture.means.double(), mixture.stds.double())
    assert float(wide.cdf(wide.quantile(probability))) == pytest.approx(probability, abs=1e-12)


def test_quantiles_of_members_far_apart_are_those_of_either():
    """One half of the mass each: the quartiles are the members' medians."""
    assert float(APART.quantile(0.25)) == pytest.approx(-50.0, abs=1e-4)
    assert float(APART.quantile(0.75)) == pytest.approx(50.0, abs=1e-4)


def test_large_values_keep_their_precision():
    far = NormalMixture(TWO.means.double() + 5_412_345, TWO.stds.double())
    assert torch.allclose(far.quantile(0.9) - 5_412_345, TWO.quantile(0.9).double(), atol=1e-6)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1])
def test_probabilities_are_between_0_and_1(probability):
    with pytest.raises(ConfigError, match="expected a number between 0 and 1"):
        ONE.quantile(probability)


def test_crps_of_the_standard_normal_distribution_at_its_mean():
    """√(2/π) - 1/√π = (√2 - 1) / √π (Gneiting & Raftery 2007)."""
    assert float(ONE.crps(torch.tensor([0.0, 10.0]))[0]) == pytest.approx((math.sqrt(2) - 1) / math.sqrt(math.pi))


@pytest.mark.parametrize("std", [0.0, 1e-9])
def test_crps_of_points_is_that_of_an_ensemble(std):
    """mean |x_m - y| - mean |x_m - x_n| / 2, with members 0, 1, 5 and y = 2: 2 - (20 / 9) / 2."""
    points = NormalMixture(torch.tensor([[0.0], [1.0], [5.0]]), torch.full((3, 1), std))
    assert float(points.crps(torch.tensor([2.0]))) == pytest.approx(2 - 10 / 9, abs=1e-6)


def test_crps_of_a_mixture_is_the_integral_that_it_stands_for():
    s = torch.linspace(-30, 30, 200_001, dtype=torch.float64)
    for y in (-2.0, 0.7, 6.0):
        integrand = (TWO.cdf(s) - (s >= y).double()).square()
        expected = torch.trapezoid(integrand, s)
        assert float(TWO.crps(torch.tensor([y]))) == pytest.approx(float(expected), abs=2e-4)


def test_crps_of_a_mixture_agrees_with_draws():
    """E|x - y| - E|x - x'| / 2 over independent draws."""
    draw = torch.Generator().manual_seed(0)
    members = torch.randint(0, 2, (2, 400_000), generator=draw)
    x, other = TWO.means[members, 0] + TWO.stds[members, 0] * torch.randn(2, 400_000, generator=draw)
    expected = (x - 0.7).abs().mean() - (x - other).abs().mean() / 2
    assert float(TWO.crps(torch.tensor([0.7]))) == pytest.approx(float(expected), abs=0.01)


def test_crps_of_what_was_not_observed_is_unknown():
    assert TWO.crps(torch.tensor([math.nan])).isnan().all()


def test_mean_absolute_value_of_a_normal_variable():
    """σ √(2/π) at mean 0, and the mean itself where it is far from 0."""
    assert float(mean_absolute(torch.tensor(0.0), torch.tensor(4.0))) == pytest.approx(2 * math.sqrt(2 / math.pi))
    assert float(mean_absolute(torch.tensor(-30.0), torch.tensor(1.0))) == pytest.approx(30.0)
    some = mean_absolute(torch.tensor([0.0, -2.0, 0.0]), torch.tensor([0.0, 0.0, 4.0]))
    assert some.tolist() == pytest.approx([0.0, 2.0, 2 * math.sqrt(2 / math.pi)])
