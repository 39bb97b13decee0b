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


def as_they_are(series, noise):
    """All that a flow could be given."""
    return torch.cat(
        [series.times[..., None], series.values, noise[:, None, None].expand(*series.times.shape, 1)], dim=-1
    )


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
    assert torch.equal(first.nan_to_num(), same.nan_to_num())
    assert not torch.equal(first.nan_to_num(), pool.observe(chosen, torch.Generator().manual_seed(4)).nan_to_num())


def test_each_observation_of_a_trajectory_has_its_own_times_and_noise(pool):
    seen = pool.observe(torch.zeros(4000, dtype=torch.long), torch.Generator().manual_seed(0))
    values, noise = seen[..., 1:3], seen[:, 0, 3]
    mask = ~values.isnan()
    counts = mask[..., 0].sum(dim=1)
    assert int(counts.min()) >= 0.6 * 10 - 1
    assert 35 < int(counts.max()) <= 40
    shares = mask[..., 0].float().mean(dim=0)  # no time is preferred, but those in the middle are in more gaps
    assert float(shares.max() - shares.min()) < 0.12
    errors = ((values - pool.values[0]) / noise[:, None, None])[mask]
    assert float(errors.mean()) == pytest.approx(0, abs=0.02)
    assert float(errors.std()) == pytest.approx(1, abs=0.02)
