import torch

from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.simulated_pools import SummarisedSimulations
from pathlode.inference.simulator import PriorSimulations


def test_a_pool_gives_summaries_of_its_simulations_and_counts_them(prior):
    def simulator(theta):
        return theta.where(theta[:, :1] < 2, torch.nan)

    simulations = SummarisedSimulations(PriorSimulations(simulator, prior), ObservedSummary(lambda x: x * 2))
    pool, again, other = (simulations.pool(200, seed) for seed in ((1, 0), (1, 0), (1, 1)))
    chosen = torch.tensor([3, 3, 0])
    assert torch.equal(pool.observe(chosen, torch.Generator()), 2 * pool.theta[chosen])
    assert torch.equal(pool.theta, again.theta)
    assert not torch.equal(pool.theta, other.theta)
    assert simulations.simulated == 600
    assert 3 <= simulations.failed <= 40  # of a standard normal distribution 2 % are beyond 2
