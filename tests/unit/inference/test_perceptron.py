import torch

from pathlode.inference.perceptron import PerceptronSummary


def test_a_perceptron_summary_learns_from_all_numbers():
    network = PerceptronSummary(5, 8, 2, 3, seed=0)
    given = torch.randn(16, 5, generator=torch.Generator().manual_seed(0))
    assert network(given).shape == (16, 3)
    network(given).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())
    for number in range(5):
        other = given.clone()
        other[:, number] += 1
        assert not torch.allclose(network(other), network(given))


def test_without_blocks_it_is_linear_in_a_normed_layer():
    network = PerceptronSummary(5, 8, 0, 3, seed=0)
    given = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    hidden = given @ network.first.weight.T + network.first.bias
    normed = (hidden - hidden.mean(dim=1, keepdim=True)) / (hidden.var(dim=1, correction=0, keepdim=True) + 1e-5).sqrt()
    _, head = network.last
    assert torch.allclose(network(given), normed @ head.weight.T + head.bias, atol=1e-6)


def test_the_seed_decides_the_weights():
    one, again, other = (PerceptronSummary(5, 8, 1, 3, seed).first.weight for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
