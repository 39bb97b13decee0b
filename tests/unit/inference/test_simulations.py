import numpy as np
import pytest
import torch

from pathlode.inference.random_designs import RandomDesigns
from pathlode.inference.simulations import SystemSimulations
from pathlode.registry import SYSTEMS

SYSTEM = SYSTEMS["lotka_volterra"]()
DESIGNS = RandomDesigns(
    points=(10, 40), noise=(0.1, 0.4), gapped=0.5, longest_gap=0.4, usual=0.3, usual_points=20, usual_noise=0.2
)


def as_they_are(observed, noise):
    """All that a flow could be given, one row per observation: trajectory, time, values and noise."""
    parts = (observed.owner, observed.times, observed.values, noise[observed.owner])
    return torch.cat([part.view(len(observed.times), -1) for part in parts], dim=1)


SIMULATIONS = SystemSimulations(SYSTEM, (4.0, 5.0), DESIGNS, as_they_are)


@pytest.fixture(scope="module")
def pool():
    return SIMULATIONS.pool(300, (0, 1))


def test_trajectories_are_exact_and_parameters_from_the_prior(pool):
    exact = SYSTEM.solution(pool.theta[:5].double().numpy(), pool.times[:5].double().numpy())
    np.testing.assert_allclose(pool.values[:5], exact, rtol=1e-3, atol=1e-3)
    assert pool.times.shape == (300, 40)
    assert 4 * 0.8 < float(pool.times[:, -1].min()) <= float(pool.times[:, -1].max()) < 5
    low, high = (torch.tensor(end) for end in (SYSTEM.low, SYSTEM.high))
    assert ((pool.theta >= low) & (pool.theta <= high)).all()


def test_the_seed_decides_the_pool_and_the_generator_its_observations(pool):
    again, other = (SIMULATIONS.pool(300, seed) for seed in ((0, 1), (0, 2)))
    assert torch.equal(again.values, pool.values)
    assert torch.equal(again.order, pool.order)
    assert not torch.equal(other.values, pool.values)
    chosen = torch.arange(10)
    first, same = (pool.observe(chosen, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, same)
    assert not torch.equal(first, pool.observe(chosen, torch.Generator().manual_seed(4)))


def test_each_observation_of_a_trajectory_has_its_own_times_and_noise(pool):
    owner, times, *values, noise = pool.observe(
        torch.zeros(4000, dtype=torch.long), torch.Generator().manual_seed(0)
    ).unbind(dim=1)
    counts = owner.long().bincount()
    assert len(counts) == 4000
    assert int(counts.min()) >= 0.6 * 10 - 1
    assert 35 < int(counts.max()) <= 40
    place = torch.searchsorted(pool.times[0], times.contiguous())
    assert torch.equal(pool.times[0, place], times)
    shares = place.bincount() / 4000  # no time is preferred, but those in the middle are in more gaps
    assert float(shares.max() - shares.min()) < 0.12
    errors = (torch.stack(values, dim=1) - pool.values[0, place]) / noise[:, None]
    assert float(errors.mean()) == pytest.approx(0, abs=0.02)
    assert float(errors.std()) == pytest.approx(1, abs=0.02)
