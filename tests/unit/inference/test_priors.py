import math

import pytest
import torch
from sbi.utils import BoxUniform
from sbi.utils.user_input_checks_utils import MultipleIndependent
from torch import distributions as d

from pathlode.errors import ConfigError
from pathlode.inference.box import Box
from pathlode.inference.priors import Prior, as_prior, described

ONE = torch.ones(1)
INFINITE = math.inf


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        (BoxUniform(torch.tensor([0.0, 1.0]), torch.tensor([2.0, 5.0])), [0, 1], [2, 5]),
        (Box([0.0, 1.0], [2.0, 5.0]), [0, 1], [2, 5]),
        (d.Uniform(0.0, 2.0), [0], [2]),
        (d.Normal(torch.zeros(3), 1.0), [-INFINITE] * 3, [INFINITE] * 3),
        (d.Independent(d.LogNormal(torch.zeros(2), ONE), 1), [0, 0], [INFINITE] * 2),
        (d.MultivariateNormal(torch.zeros(2), torch.eye(2)), [-INFINITE] * 2, [INFINITE] * 2),
        (d.Beta(2.0, 3.0), [0], [1]),
        (d.Exponential(torch.ones(2)), [0, 0], [INFINITE] * 2),
        ([d.Uniform(-1.0, 1.0), d.Gamma(2.0, 1.0), d.Normal(torch.zeros(2), 1.0)], [-1, 0] + [-INFINITE] * 2, [1] + [INFINITE] * 3),
        (
            MultipleIndependent([d.Gamma(ONE, ONE), d.Beta(2 * ONE, ONE), d.MultivariateNormal(torch.zeros(2), torch.eye(2))]),
            [0, 0, -INFINITE, -INFINITE],
            [INFINITE, 1, INFINITE, INFINITE],
        ),
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_bounds_draws_and_density_of_a_prior(given, low, high):
    prior = Prior(given)
    assert (prior.low.tolist(), prior.high.tolist()) == (low, high)
    draws = prior.sample(4000, seed=1)
    assert draws.shape == (4000, len(low))
    assert prior.contains(draws).all()
    assert torch.equal(draws, prior.sample(4000, seed=1))
    assert torch.allclose(draws.std(dim=0), prior.std, rtol=0.1)
    y, slopes = prior.to_reals(draws)
    assert torch.allclose(prior.from_reals(y), draws, rtol=1e-3, atol=1e-5)
    assert slopes.isfinite().all()
    assert prior.log_prob(draws).isfinite().all()
    assert prior.log_prob(draws[:6].view(2, 3, -1)).shape == (2, 3)


UNIT = d.Uniform(torch.zeros(2), torch.ones(2))
LOG_UNIFORM = d.TransformedDistribution(d.Uniform(math.log(0.1) * ONE, math.log(10) * ONE), d.ExpTransform())


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        (LOG_UNIFORM, [0.1], [10]),
        (d.TransformedDistribution(d.Uniform(0.0, 1.0), d.AffineTransform(2.0, 3.0)), [2], [5]),
        (d.TransformedDistribution(UNIT, d.AffineTransform(2.0, torch.tensor([3.0, -3.0]))), [2, -1], [5, 2]),
        (d.TransformedDistribution(d.Independent(UNIT, 1), d.AffineTransform(1.0, 2.0, event_dim=1)), [1, 1], [3, 3]),
        (d.TransformedDistribution(d.Normal(0.0, 1.0), d.SigmoidTransform()), [0], [1]),
        (d.TransformedDistribution(d.Normal(0.0, 1.0), [d.ExpTransform(), d.AffineTransform(1.0, -1.0)]), [-INFINITE], [1]),
        (d.TransformedDistribution(d.Uniform(1.0, 4.0), d.ExpTransform().inv), [0], [math.log(4)]),
        (MultipleIndependent([LOG_UNIFORM, d.Gamma(ONE, ONE)]), [0.1, 0], [10, INFINITE]),
    ],
    ids=range(8),
)  # fmt: skip
def test_bounds_of_a_transformed_prior_are_those_of_its_base_transformed(given, low, high):
    """Against torch's own support, which is all that the last transform can make."""
    prior = Prior(given)
    assert prior.low.tolist() == pytest.approx(low, rel=1e-6, abs=1e-6)
    assert prior.high.tolist() == pytest.approx(high, rel=1e-6, abs=1e-6)
    assert prior.contains(prior.sample(4000)).all()
    anywhere = prior.from_reals(3 * torch.randn(200, len(low), generator=torch.Generator().manual_seed(0)))
    assert prior.log_prob(anywhere).isfinite().all()
    assert prior.log_prob(torch.tensor([[0.05] * len(low)])).isfinite().item() == all(
        down <= 0.05 <= up for down, up in zip(low, high, strict=True)
    )


def test_a_bound_at_which_a_transform_is_not_finite_has_no_density():
    below_one = d.TransformedDistribution(d.Normal(0.0, 1.0), [d.ExpTransform(), d.AffineTransform(1.0, -1.0)])
    assert Prior(below_one).log_prob(torch.ones(1, 1)).tolist() == [-INFINITE]


def test_a_density_leaves_the_global_random_state_alone():
    prior = Prior(d.LogNormal(0.0, 1.0))
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    prior.log_prob(torch.ones(1, 1))
    assert torch.equal(torch.rand(1), expected)


def test_a_prior_of_many_orders_of_magnitude_is_refused():
    """Of a log-uniform one from 1e-4 to 1e4, half is below 1, and ln(100) / ln(1e8) = 25 % below 1e-6 of 1e4."""
    wide = d.TransformedDistribution(d.Uniform(math.log(1e-4) * ONE, math.log(1e4) * ONE), d.ExpTransform())
    with pytest.raises(
        ConfigError, match=r"parameter 1 has 2[456] % of its draws closer to a bound than 1e-06 .*logarithm"
    ):
        Prior(wide)


def test_the_density_is_that_of_the_parts_and_nothing_outside():
    prior = Prior([d.Uniform(-1.0, 3.0), d.LogNormal(0.5, 2.0)])
    inside, outside = torch.tensor([[0.0, 1.5]]), torch.tensor([[4.0, 1.5], [0.0, -1.0]])
    by_hand = -math.log(4) - math.log(1.5 * 2 * math.sqrt(2 * math.pi)) - (math.log(1.5) - 0.5) ** 2 / 8
    assert float(prior.log_prob(inside)) == pytest.approx(by_hand, abs=1e-5)
    assert prior.log_prob(outside).tolist() == [-INFINITE, -INFINITE]


def test_a_prior_without_a_standard_deviation_gets_that_of_draws():
    prior = Prior(d.HalfCauchy(torch.ones(2)))
    assert prior.std.isfinite().all()
    assert (prior.std > 0).all()


def test_a_prior_comes_back_from_what_a_file_keeps():
    box, prior = Box([0.0], [1.0]), Prior(d.LogNormal(0.0, 1.0))
    assert type(described(box.describe())) is Box
    again = described(prior.describe())
    assert (again.low.tolist(), again.high.tolist()) == ([0.0], [INFINITE])
    assert torch.equal(again.std, prior.std)
    assert as_prior(again) is again


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (d.Poisson(torch.ones(2)), "one with the support "),
        (d.Dirichlet(torch.ones(3)), r"one with the support Simplex\(\)"),
        (d.TransformedDistribution(d.Normal(0.0, 1.0), d.AbsTransform()), "one with the transform AbsTransform"),
        (
            d.MixtureSameFamily(
                d.Categorical(torch.ones(2)), d.Uniform(torch.tensor([0.0, 2.0]), torch.tensor([1.0, 3.0]))
            ),
            "one with 2 lower and 2 upper bounds of 1 parameters",
        ),
        (d.Normal(torch.zeros(2, 3), 1.0), r"a Normal of batches \(2, 3\) of events \(\), which are no vector"),
        (lambda n: torch.rand(n, 2), "a function"),
        ([d.Uniform(0.0, 1.0), 3.0], "a float"),
        ([], "an empty list"),
    ],
)
def test_other_priors_are_refused(given, found):
    with pytest.raises(ConfigError, match=f"the prior is {found}.*, expected a continuous distribution of torch"):
        Prior(given)
