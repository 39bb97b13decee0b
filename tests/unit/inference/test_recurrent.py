import torch

from pathlode.inference.recurrent import RecurrentSummary


def test_a_recurrent_summary_learns_from_all_observations():
    network = RecurrentSummary(2, 5, 4, seed=0)
    observed = torch.randn(8, 5, 3, generator=torch.Generator().manual_seed(0))
    observed[..., 0] = observed[..., 0].sort(dim=1).values
    assert network(observed).shape == (8, 4)
    network(observed).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())
    other = observed.clone()
    other[:, 3:, 1] += 1
    assert not torch.allclose(network(other), network(observed))


def test_the_seed_decides_the_weights():
    one, again, other = (RecurrentSummary(2, 5, 4, seed).head.weight for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
