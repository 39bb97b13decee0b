import numpy as np
import pytest
import torch
from torch import distributions as d

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.inference.priors import Prior
from pathlode.inference.simulator import PriorSimulations, one_by_one


def noisy(theta):
    return theta + torch.randn(theta.shape)


def failing(limit):
    """A simulator that fails where the first parameter exceeds a limit."""
    return lambda theta: theta.where(theta[:, :1] < limit, torch.nan)


def test_the_seed_and_the_purpose_decide(prior):
    before = torch.random.get_rng_state()
    one, again, other, purpose = (
        PriorSimulations(noisy, prior).draw(20, *numbers) for numbers in [(3,), (3,), (4,), (3, 1)]
    )
    assert torch.equal(one.theta, again.theta)
    assert torch.equal(one.x, again.x)
    assert not torch.equal(one.theta, other.theta)
    assert not torch.equal(one.theta, purpose.theta)
    assert torch.equal(before, torch.random.get_rng_state())


def test_failed_simulations_are_replaced_and_counted(prior):
    pairs = PriorSimulations(failing(1.5), prior).draw(500, 0)
    assert pairs.theta.shape == pairs.x.shape == (500, 2)
    assert torch.equal(pairs.theta, pairs.x)
    assert 15 <= pairs.failed <= 60  # 7 % of a standard normal distribution are beyond 1.5


@pytest.mark.parametrize("share", [0.1, 0.8])
def test_a_share_that_is_allowed_is_not_refused_by_chance(prior, share):
    """Also of the few simulations that show an observation's shape, and of those that replace failed ones."""

    def simulate(theta):
        return theta.where(torch.rand(len(theta), 1) >= share, torch.nan)

    source = PriorSimulations(simulate, prior, largest_failed=share)
    assert all(source.draw(count, seed).failed >= 0 for count in (4, 60) for seed in range(100))


@pytest.mark.fault(
    "a simulator returns NaN for some draws", "few are replaced and counted; too many are refused in a sentence"
)
def test_a_simulator_that_fails_too_often_is_refused(prior):
    for share in (0.1, 0.99):
        with pytest.raises(DataError, match=f"are not finite, which is more than the share {share}"):
            PriorSimulations(lambda theta: theta * torch.nan, prior, largest_failed=share).draw(4, 0)
    with pytest.raises(
        DataError, match=r"of 500 simulations are not finite, which is more than the share 0.1: choose a prior"
    ):
        PriorSimulations(failing(0.5), prior).draw(500, 0)
    many = PriorSimulations(failing(0.5), prior, largest_failed=0.4).draw(500, 0)
    assert 160 <= many.failed <= 300


def test_designs_are_drawn_with_the_pairs_and_stay_with_them(prior):
    def design(count, generator):
        return torch.rand(count, 3, generator=generator)

    def simulator(theta, times):
        return torch.cat([theta[:, :1] * times, theta], dim=1).where(theta[:, :1] < 1.5, torch.inf)

    pairs = PriorSimulations(simulator, prior, design).draw(100, 1)
    assert pairs.failed > 0
    assert pairs.designs.shape == (100, 3)
    assert torch.equal(pairs.x[:, :3], pairs.theta[:, :1] * pairs.designs)


def test_series_may_have_missing_values(prior):
    def simulator(theta):
        values = theta[:, None, :] * torch.ones(5, 1)
        values[0, 2] = torch.nan
        return TimeSeries(torch.arange(5.0).expand(len(theta), 5), values)

    pairs = PriorSimulations(simulator, prior).draw(6, 0)
    assert isinstance(pairs.x, TimeSeries)
    assert (len(pairs.x), pairs.failed) == (6, 0)


def test_a_simulator_of_single_vectors_is_called_row_by_row():
    theta, designs = torch.rand(4, 2), torch.rand(4, 1)
    assert torch.equal(one_by_one(lambda one: one.numpy() * 2)(theta), theta * 2)
    assert torch.equal(
        one_by_one(lambda one, design: one.sum() * design[0])(theta, designs), theta.sum(1, True) * designs
    )


@pytest.mark.parametrize(
    ("simulator", "message"),
    [
        (lambda theta: theta[0], r"shape \(2,\) for 12 parameter vectors, expected \(12, number\)"),
        (lambda theta: theta[:5], r"shape \(5, 2\) for 12 parameter vectors, .*: one row for each"),
        (
            lambda theta: theta[:, 0],
            r"shape \(12,\) for 12 .*, also of a single number; give one that takes one vector",
        ),
        (lambda theta: theta[:, :0], r"shape \(12, 0\)"),
        (lambda theta: None, "what the simulator returned are None"),
        (
            lambda theta: sum(map(int, theta)),
            r"failed on 12 parameter vectors, \(12, 2\) \(.*\): mend it, or .* single vector",
        ),
        (lambda theta: np.full((12, 2), "a"), "what the simulator returned are no numbers"),
        (lambda theta: TimeSeries([[0.0, 1.0]], [[[1.0], [2.0]]]), "returned 1 series for 12 parameter vectors"),
    ],
)
def test_what_is_no_observation_of_each_vector_is_refused(simulator, message, prior):
    with pytest.raises(DataError, match=message):
        PriorSimulations(simulator, prior).draw(12, 0)


def test_other_settings_are_refused(prior):
    with pytest.raises(ConfigError, match="the simulator is a Tensor, expected a function"):
        PriorSimulations(torch.zeros(3), prior)
    with pytest.raises(ConfigError, match="the design is a float, expected a function"):
        PriorSimulations(noisy, prior, 1.0)
    with pytest.raises(ConfigError, match="largest_failed is 1.0, expected a share"):
        PriorSimulations(noisy, prior, largest_failed=1.0)
    with pytest.raises(DataError, match=r"the design returned numbers of shape \(3,\) for 12 observations"):
        PriorSimulations(lambda theta, _: theta, prior, lambda count, generator: torch.zeros(3)).draw(12, 0)
    with pytest.raises(
        ConfigError, match="the design takes other arguments, expected a function of a number and a torch"
    ):
        PriorSimulations(lambda theta, _: theta, prior, lambda count: torch.zeros(count))
    with pytest.raises(ConfigError, match="the prior of parameter 1 draws inf: give one with finite draws"):
        PriorSimulations(noisy, Prior(d.Uniform(0.0, torch.inf))).draw(12, 0)
    with pytest.raises(ConfigError, match="the simulator is a NoneType, expected a function"):
        one_by_one(None)
    with pytest.raises(DataError, match=r"returned numbers of shapes \(1,\) and \(2,\), expected the same"):
        one_by_one(lambda one: one[: int(one[0])])(torch.tensor([[1.0, 1.0], [2.0, 2.0]]))
